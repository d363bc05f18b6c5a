"""What is kept of a refused row: its coded columns, masked where what should be coded is not.

Free text and telephone numbers are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from etl.sources.cells import UNREAD

CONTACT = "contact"
FICHE = "fiche"
SESSION = "session"

# Neither telephone numbers nor the person, not even as a pseudonym.
COLUMNS = {
    CONTACT: (
        *("id_appel", "debut", "duree_s", "canal", "statut", "suite", "saisine_ref", "convention", "association"),
        *("qualite", "departement", "urgence"),
    ),
    FICHE: (
        *(
            "saisine_ref",
            "association",
            "convention",
            "version",
            "date_saisine",
            "qualite",
            "departement",
            "tentatives",
        ),
        *(
            "date_premier_contact",
            "issue",
            "nb_psy",
            "nb_jur",
            "nb_soc",
            "memo_de_vie",
            "date_cloture",
            "date_signature",
        ),
    ),
    SESSION: ("saisine_ref", "date", "heure", "nature", "mode", "statut"),
}
KEY = {CONTACT: "id_appel", FICHE: "saisine_ref", SESSION: "saisine_ref"}

# What may be shown of a wrong value: it looks like a date, a number, a code or a reference, not like a name.
_FIGURES = re.compile(r"(?=(?:[^0-9]*[0-9]){1,8}[^0-9]*$)[0-9OoIl /.,:-]{1,19}")
_REFERENCE = re.compile(r"(?:FV)?[- ./]?[0-9OILSBZ]{2}[- ./]?[0-9OILSBZ]{1,7}[- ./]?[0-9A-Z]?", re.IGNORECASE)
_CODE = re.compile(r"[A-Z0-9_.-]{1,12}")
_SHOWN_AS = {"saisine_ref": _REFERENCE, "association": _CODE, "convention": _CODE}
_MASKED_LENGTH = 40
_IDENTIFIER_LENGTH = 64


def kept(kind: str, row: Mapping[str, str | None], at_fault: Sequence[str]) -> dict[str, str]:
    """Take from a refused row what may be kept.

    Args:
        kind: `contact`, `fiche` or `session`.
        row: its columns as canonical texts.
        at_fault: the columns that are wrong.
    """
    return {name: _shown(name, value, name in at_fault) for name in COLUMNS[kind] if (value := row[name]) is not None}


def row_key(kind: str, row: Mapping[str, str | None], at_fault: Sequence[str]) -> str | None:
    """What finds the same row in a corrected file; None if that is what is wrong."""
    return None if KEY[kind] in at_fault else row[KEY[kind]]


def _shown(name: str, value: str, is_wrong: bool) -> str:
    plain = value.removeprefix(UNREAD)
    if name == "id_appel":
        return plain[:_IDENTIFIER_LENGTH]
    wanted = _SHOWN_AS.get(name, _FIGURES)
    if wanted.fullmatch(plain) or not (is_wrong or name in ("association", "convention")):
        return plain
    return mask(plain)


def mask(text: str) -> str:
    """Hide a text and show its shape: `Mme Durand` is `xxx xxxxxx`."""
    return "".join("9" if c.isdigit() else "x" if c.isalpha() else c for c in text)[:_MASKED_LENGTH]
