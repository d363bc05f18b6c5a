"""Who acts: names as they were given, and whether two of them are one person."""

from __future__ import annotations

from etl.model.errors import SaisinesError
from etl.model.text import key, normalise


def given(name: str | None) -> str:
    """A name, normalised.

    Raises:
        SaisinesError: no name.
    """
    written = normalise(name or "")
    if not key(written):
        raise SaisinesError("Le nom de la personne qui agit manque ; donnez-le avec --by.")
    return written


def reason_given(reason: str | None) -> str:
    """A reason, normalised.

    Raises:
        SaisinesError: no reason.
    """
    written = normalise(reason or "")
    if not key(written):
        raise SaisinesError("Le motif manque ; donnez-le avec --reason.")
    return written


def same(one: str, other: str) -> bool:
    """Whether two names are the same but for case, accents, spaces and punctuation."""
    return key(one) == key(other)
