"""One file, whatever its kind, as rows of contacts, fiches and sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from etl.sources.fiches import BORDEREAU, read_fiches
from etl.sources.inbox import JOURNAL
from etl.sources.journal import pseudonym_of, read_journal
from etl.sources.kept import CONTACT, FICHE, SESSION
from etl.sources.profile import load_profile
from etl.sources.tabular import Rows


@dataclass(frozen=True)
class Content:
    """What a file holds.

    Attributes:
        layout: `classeur` or `bordereau`, or the profile of a journal.
        rows: by what they would become: `contact`, or `fiche` and `session`.
    """

    layout: str
    rows: Mapping[str, Rows]

    @property
    def read(self) -> int:
        """How many rows the file holds below its headers."""
        return sum(rows.read for rows in self.rows.values())

    @property
    def ignored(self) -> int:
        """How many of them say nothing: blank lines, repeated headers, totals, legs joined to another."""
        return sum(rows.ignored for rows in self.rows.values())


def read_content(content: bytes, name: str, kind: str, origin: str, secret: bytes) -> Content:
    """Read a file.

    Args:
        content: its bytes.
        name: what people know it by, for the messages.
        kind: `journal` or `fiches`.
        origin: the name of the source profile of a journal.
        secret: the key of the pseudonyms.

    Raises:
        SaisinesError: it cannot be read.
    """
    if kind == JOURNAL:
        return Content(origin, {CONTACT: read_journal(content, name, load_profile(origin), pseudonym_of(secret))})
    fiches = read_fiches(content, name)
    sessions = {} if fiches.layout == BORDEREAU else {SESSION: fiches.entretiens}
    return Content(fiches.layout, {FICHE: fiches.saisines} | sessions)
