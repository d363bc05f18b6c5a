"""Whose a fetched file is: what its source declares, the folder it lay in, the sender of its message. Never a guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from etl.sources.cells import sigle
from etl.sources.inbox import JOURNAL, READABLE
from etl.sources.profile import PLATFORM
from etl.sources.pull.base import Base
from etl.sources.pull.item import File

UNREAD = "format"
WANTED = "une fiche est un .xlsx, .ods ou .csv, un journal un .csv"


@dataclass(frozen=True)
class Register:
    """The associations as sources know them.

    Attributes:
        codes: by their capitals without spaces.
        addresses: the codes of the associations that have each address, in lower case.
    """

    codes: Mapping[str, str]
    addresses: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, associations: Sequence[Mapping[str, Any]]) -> Register:
        """Of the rows of the register."""
        addresses: dict[str, list[str]] = {}
        for row in associations:
            if row["email"]:
                addresses.setdefault(row["email"].strip().lower(), []).append(row["code"])
        return cls({sigle(row["code"]): row["code"] for row in associations}, addresses)


def origin(source: Base, file: File, register: Register) -> tuple[str | None, str]:
    """The origin of a file: the association's code, or the profile of a journal; or None, and why it is held.

    Args:
        source: where it was fetched.
        file: what was fetched.
        register: the associations.
    """
    suffix = PurePosixPath(file.name).suffix.casefold()
    if file.content is None and file.doubt:
        return None, file.doubt
    if suffix not in READABLE:
        return None, f"{UNREAD} {suffix or 'sans extension'} non lu ; {WANTED}"
    if file.doubt:
        return None, file.doubt
    if source.porte == JOURNAL:
        return source.profil or PLATFORM, ""
    return of_association(source.association or file.said, register)


def of_association(said: str | None, register: Register) -> tuple[str | None, str]:
    """The code of the association that a folder, a declaration or a sender's address names; or None, and why not."""
    if not said:
        return None, "rien ne dit de quelle association il est : il n’est dans aucun dossier d’association"
    if "@" in said:
        found = register.addresses.get(said.lower(), [])
        if len(found) > 1:
            return None, f"l’adresse de l’expéditeur est celle de plusieurs associations ({', '.join(found)})"
        return (found[0], "") if found else (None, "l’expéditeur n’est l’adresse d’aucune association du registre")
    code = register.codes.get(sigle(said))
    return (code, "") if code else (None, f"« {said[:40]} » n’est le code d’aucune association du registre")
