"""The columns a source may have, as data: their names, what their cells are, what stands for a blank one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, field_validator

from etl.model.text import key
from etl.sources import cells
from etl.sources.texts import Texts


class Kind(StrEnum):
    """What the cells of a column are; each kind has its reader in `cells`."""

    IDENTIFIER = "identifiant"
    INSTANT = "instant"
    DAY = "jour"
    HOUR = "heure"
    WHOLE = "entier"
    CODE = "code"
    SIGLE = "sigle"
    DEPARTMENT = "departement"
    TELEPHONE = "telephone"
    REFERENCE = "reference"
    WRITTEN = "ecrit"
    PERSON = "personne"


class Column(BaseModel):
    """One column of a layout or of a profile.

    Attributes:
        noms: the headers it is recognised by, beside its own name; matched without case, accents or punctuation.
        nature: what its cells are.
        valeurs: what its cells may say, and what that means; matched like headers.
        defaut: what a blank cell means.
        motif: a regular expression; only what it finds of the cell (its first group, if it has one) is read.
        vaut: what a cell in which the motif is found means, whatever it says.
        prefixe: put before each identifier, so that those of two systems never meet.
        illisible: `vide` when what cannot be read there is nothing (the extension of a desk among dialled numbers);
            by default it is a fault.
        garde: of the legs of one call, which value holds: the first one given, the last, the sum, the greatest.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    noms: tuple[str, ...] = ()
    nature: Kind = Kind.IDENTIFIER
    valeurs: dict[str, str] = {}
    defaut: str | None = None
    motif: str | None = None
    vaut: str | None = None
    prefixe: str = ""
    illisible: Literal["refus", "vide"] = "refus"
    garde: Literal["premiere", "derniere", "somme", "maximum"] = "premiere"

    def __hash__(self) -> int:  # what it is remembered by: its values are a dict, which has none
        return hash((self.nature, self.noms, self.motif))

    @field_validator("motif", mode="after")
    @classmethod
    def _compiles(cls, motif: str | None) -> str | None:
        try:
            re.compile(motif or "")
        except re.error as error:
            raise ValueError(f"expression régulière incorrecte ({error.msg}).") from error
        return motif

    @field_validator("valeurs", mode="after")
    @classmethod
    def _matched_by_key(cls, values: dict[str, str]) -> dict[str, str]:
        return {key(written): meant for written, meant in values.items()}


Columns = Mapping[str, Column]
Pseudonym = Callable[[str], str]


def reader_of(column: Column, *, zone: ZoneInfo, is_1904: bool, pseudonym: Pseudonym) -> cells.Reader:
    """Give the function that reads the cells of a column.

    Args:
        column: as its layout or profile describes it.
        zone: what times without offset are in.
        is_1904: whether serial numbers of the workbook count from 1904.
        pseudonym: what replaces the identifier of a person, at reading, so that it goes no further.
    """
    readers: dict[Kind, cells.Reader] = {
        Kind.IDENTIFIER: cells.identifier,
        Kind.INSTANT: cells.instant_reader(zone),
        Kind.DAY: cells.day_reader(is_1904=is_1904),
        Kind.HOUR: cells.hour,
        Kind.WHOLE: cells.whole,
        Kind.CODE: cells.code,
        Kind.SIGLE: cells.sigle,
        Kind.DEPARTMENT: cells.department,
        Kind.TELEPHONE: cells.telephone,
        Kind.REFERENCE: cells.journal_reference,
        Kind.WRITTEN: cells.written,
        Kind.PERSON: pseudonym,
    }
    return _adapted(readers[column.nature], column)


def _adapted(read: cells.Reader, column: Column) -> cells.Reader:
    """Put around a reader what the column says of motif, values, prefix and unreadable cells."""
    motif = re.compile(column.motif) if column.motif else None

    def adapted(text: str) -> str | None:
        found = motif.search(text) if motif else None
        if motif and not found:
            return None
        if column.vaut:
            return column.vaut
        kept = found.group(found.re.groups and 1) if found else text
        meant = column.valeurs.get(key(kept)) if column.valeurs else None
        result = meant or read(kept)
        if result and result.startswith(cells.UNREAD):
            return None if column.illisible == "vide" else result
        return column.prefixe + result if result else None

    plain = not (motif or column.vaut or column.valeurs or column.prefixe or column.illisible == "vide")
    return read if plain else adapted


def with_default(values: Texts, column: Column) -> Texts:
    """Put what stands for a blank cell."""
    if column.defaut is None:
        return values
    if not isinstance(values, list):
        return values.fill_null(column.defaut)
    return [column.defaut if value is None else value for value in values]
