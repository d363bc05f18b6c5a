"""The journal of a telephone system, through its source profile, as rows of contacts (inputs.md §1)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from etl.model import collector
from etl.model.errors import SaisinesError
from etl.model.text import key
from etl.sources import cells, delimited, legs, tabular
from etl.sources.columns import Pseudonym, reader_of, with_default
from etl.sources.plain import recogniser_of
from etl.sources.profile import CONTACT, REQUIRED, Profile
from etl.sources.tabular import Rows
from etl.sources.texts import Cells, Texts, listed
from etl.sources.workbook import Row, Sheet, is_workbook, read_workbook, what_it_is

# For a field of a contact, the columns of the source that may give it, the first to be asked first.
Candidates = Callable[[str], list[Cells]]


@dataclass(frozen=True)
class Taken:
    """The rows of a journal as its file holds them.

    Attributes:
        numbers: their row numbers.
        ignored: how many more lines say nothing.
        candidates: gives the cells of a field.
    """

    numbers: list[int]
    ignored: int
    candidates: Candidates


def pseudonym_of(secret: bytes) -> Pseudonym:
    """Give the function that replaces the identifier of a person: HMAC-SHA-256, in hexadecimal.

    Args:
        secret: the key, which lives outside the store.
    """
    return lambda text: hmac.digest(secret, text.encode(), "sha256").hex()


@collector.resting()  # cells by the million, no circle among them
def read_journal(content: bytes, name: str, profile: Profile, pseudonym: Pseudonym) -> Rows:
    """Read a journal.

    Args:
        content: the bytes of the file.
        name: what people know it by, for the messages.
        profile: how its system exports.
        pseudonym: what replaces the identifier of a person.

    Returns:
        One row a contact, under the fields of `profile.CONTACT`. The caller's number is not among them: nothing asks
        for it, so it is never read.

    Raises:
        SaisinesError: it is no CSV, lacks a required column, or has not the number of rows it announces.
    """
    sheet = _sheet(content, name, profile)
    taken = _with_header(sheet, name, profile) if profile.entete else _by_position(sheet, name, profile)
    _check_total(sheet, len(taken.numbers), name)
    values = {field: _field(field, taken, profile, pseudonym, is_1904=sheet.is_1904) for field in CONTACT}
    rows = Rows(values, [sheet.name] * len(taken.numbers), taken.numbers, taken.ignored)
    return legs.joined(rows, profile.colonnes) if profile.jambes else rows


def _sheet(content: bytes, name: str, profile: Profile) -> Sheet:
    what = what_it_is(content)
    if what:
        raise SaisinesError(f"{name} : c’est {what}, pas un journal ; redemandez l’export CSV à la plate-forme.")
    if is_workbook(content):
        return max(read_workbook(content, name), key=lambda sheet: _score(sheet, profile))
    text = delimited.decode(content, name)
    separator = delimited.separator_of(text, lambda sheet: _score(sheet, profile), profile.separateurs)
    return delimited.read_csv(text, separator, name, as_they_are=not profile.entete)


def _score(sheet: Sheet, profile: Profile) -> int:
    if not profile.entete:
        return sum(len(row) in profile.positions for row in sheet.rows)
    header = tabular.find_header(sheet, profile.colonnes, REQUIRED)
    return len(header.places) if header else 0


def is_journal(content: bytes, profile: Profile) -> bool:
    """Tell whether a file has the header of a profile, when its place does not say what it is."""
    try:
        header = tabular.find_header(_sheet(content, "", profile), profile.colonnes, REQUIRED)
    except SaisinesError:
        return False
    return header is not None and set(REQUIRED) <= set(header.places)


def _with_header(sheet: Sheet, name: str, profile: Profile) -> Taken:
    header = tabular.find_header(sheet, profile.colonnes, REQUIRED)
    if header is None:
        wanted = ", ".join(REQUIRED)
        raise SaisinesError(
            f"{name} : ligne de titres introuvable ; les colonnes {wanted} sont attendues, redemandez l’export."
        )
    tabular.require(header, REQUIRED, sheet, name, "redemandez l’export")
    rows, numbers, ignored = tabular.data_rows(sheet, header)
    return Taken(numbers, ignored, lambda field: [tabular.cells_of(rows, header.places.get(field))])


def _by_position(sheet: Sheet, name: str, profile: Profile) -> Taken:
    """Take the rows of a file without header; each says by its length what its columns are."""
    kept = {
        number: row
        for number, row in enumerate(sheet.rows, start=1)
        if any(str(cell).strip() for cell in row) and not _is_total(row)
    }
    wrong = next((number for number, row in kept.items() if len(row) not in profile.positions), None)
    if wrong is not None:
        least, most = min(profile.positions), max(profile.positions)
        raise SaisinesError(
            f"{name} : ligne {wrong}, {len(kept[wrong])} colonnes au lieu de {least} à {most} ; "
            "fichier coupé ou autre profil, redemandez l’export."
        )
    places = {
        count: {column: place for place, column in enumerate(names)} for count, names in profile.positions.items()
    }

    def candidates(field: str) -> list[list[Any]]:
        return [
            [_at(row, places[len(row)].get(column)) for row in kept.values()] for column in profile.colonnes[field].noms
        ]

    return Taken(list(kept), len(sheet.rows) - len(kept), candidates)


def _at(row: Row, place: int | None) -> Any:  # noqa: ANN401 - a cell
    return "" if place is None else row[place]


def _field(field: str, taken: Taken, profile: Profile, pseudonym: Pseudonym, *, is_1904: bool) -> Texts:
    """Read one field of every row: the first of its columns that says something, else what stands for a blank."""
    column = profile.colonnes.get(field)
    blank: list[str | None] = [None] * len(taken.numbers)
    if column is None:
        return blank
    read = reader_of(column, zone=profile.zone, is_1904=is_1904, pseudonym=pseudonym)
    columns = [cells.texts(values, read, recogniser_of(column)) for values in taken.candidates(field)] or [blank]
    if len(columns) == 1:
        return with_default(columns[0], column)
    return [
        next((value for value in given if value is not None), column.defaut)
        for given in zip(*map(listed, columns), strict=True)
    ]


def _is_total(row: Row) -> bool:
    return bool(row) and key(cells.text_of(row[0])) == "total"


def _check_total(sheet: Sheet, count: int, name: str) -> None:
    """Compare the number of rows with the one that the last line announces, if it does."""
    last = next((row for row in reversed(sheet.rows) if any(cells.text_of(cell) for cell in row)), [])
    if not _is_total(last):
        return
    announced = cells.text_of(last[1]) if len(last) > 1 else ""
    if cells.whole(announced) != str(count):
        raise SaisinesError(
            f"{name} : la dernière ligne annonce « {announced} » lignes, le fichier en a {count} ; redemandez l’export."
        )
