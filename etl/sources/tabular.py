"""Sheets as people fill them, as rows under known columns: titles above the header, merged cells, totals inside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from string import digits
from typing import Any

from etl.model.errors import SaisinesError
from etl.model.text import key
from etl.sources import plain
from etl.sources.cells import Cell, text_of
from etl.sources.columns import Columns
from etl.sources.texts import Cells, Lines, Texts, listed, places_of
from etl.sources.workbook import Row, Sheet

HEADER_DEPTH = 40
TITLE_LENGTH = 80

# Most rows begin with a reference or an identifier: it has a digit, and is neither a total nor a failed formula.
_USUAL = re.compile(r"(?!.*tota)(?=.*[0-9])[a-df-z0-9].*", re.IGNORECASE)
_SAYS_NOTHING = re.compile(r"\s+|#[A-Z/0 ]+[?!]?|Err ?:[0-9]{3}")  # nor does the failed formula of a row not filled in
_TOTAL = re.compile(r"(?:sous )?tota(?:l|ux)\b.*")


@dataclass(frozen=True)
class Header:
    """Where the header of a sheet is and what it says.

    Attributes:
        index: its row, from 0.
        places: the position of each column that was recognised.
        keys: every cell of the header, as it is matched.
    """

    index: int
    places: Mapping[str, int]
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """The rows of one sheet, or of several that were joined.

    Attributes:
        values: canonical texts (None: blank) for each column, all of one length.
        sheets: the sheet of each row.
        numbers: its row number there, from 1, as a spreadsheet shows it.
        ignored: how many more rows were read and hold nothing: blank lines, repeated headers, totals.
    """

    values: dict[str, Texts]
    sheets: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    ignored: int = 0

    @property
    def read(self) -> int:
        """How many rows the source holds below its headers."""
        return len(self.numbers) + self.ignored


def join(parts: Iterable[Rows], columns: Sequence[str]) -> Rows:
    """Put rows of several sheets one after the other."""
    taken = list(parts)
    if len(taken) == 1:
        return taken[0]
    return Rows(
        {name: [value for part in taken for value in listed(part.values[name])] for name in columns},
        [sheet for part in taken for sheet in part.sheets],
        [number for part in taken for number in part.numbers],
        sum(part.ignored for part in taken),
    )


def find_header(sheet: Sheet, columns: Columns, wanted: Iterable[str]) -> Header | None:
    """Find the row that names the columns: the first that names all those wanted, else the one that names most.

    A column that two headers could name (`N° de saisine` beside `Référence`) is the one named first in its list.

    Returns:
        None if no row names two columns.
    """
    ranks, has_too_many_digits = _titles(tuple((name, column.noms) for name, column in columns.items()))
    head = sheet.rows[:HEADER_DEPTH]
    texts = {cell for cell in set(chain.from_iterable(head)) if isinstance(cell, str) and not has_too_many_digits(cell)}
    titles = {cell: written for cell in texts if (written := _header_key(cell)) in ranks}
    needed = set(wanted)
    best: Header | None = None
    for index, row in enumerate(head):
        places = _places([(place, titles[cell]) for place, cell in enumerate(row) if cell in titles], ranks)
        if len(places) >= 2 and len(places) > len(best.places if best else ()):
            best = Header(index, places, tuple(map(_header_key, row)))
        if needed <= set(places):
            break
    return best


def _header_key(cell: Cell) -> str:
    """A cell as headers are matched; what is no text, or is too long for a title, is none."""
    return _title_key(cell) if isinstance(cell, str) and len(cell) <= TITLE_LENGTH else ""


@lru_cache(maxsize=4096)
def _title_key(title: str) -> str:
    return key(title)


Ranks = Mapping[str, list[tuple[str, int]]]


@lru_cache(maxsize=64)
def _titles(columns: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Ranks, Callable[[str], object]]:
    """For each way to write a header: the columns it names, and how early it stands in the list of each.

    Args:
        columns: their names, each with the other titles it is found by.

    Returns:
        With it, what tells a text that has more digits than any of them, as most cells below a header do.
    """
    ranks: dict[str, list[tuple[str, int]]] = {}
    for name, noms in columns:
        for written, rank in _own_ranks(name, noms).items():
            ranks.setdefault(written, []).append((name, rank))
    most = max(sum(character in digits for character in written) for written in ranks)
    return ranks, re.compile(rf"(?:[^0-9]*[0-9]){{{most + 1}}}").match


def _own_ranks(name: str, others: Sequence[str]) -> dict[str, int]:
    return {_title_key(written): rank for rank, written in reversed(list(enumerate((name, *others))))}


def _places(titles: Iterable[tuple[int, str]], ranks: Ranks) -> dict[str, int]:
    found: dict[str, tuple[int, int]] = {}
    for place, written in titles:
        for name, rank in ranks[written]:
            found[name] = min(found.get(name, (rank, place)), (rank, place))
    return {name: place for name, (_, place) in found.items()}


def require(header: Header, wanted: Iterable[str], sheet: Sheet, name: str, remedy: str) -> None:
    """Refuse a sheet whose header lacks a column without which no row of it can be read, or says one twice, differently.

    Raises:
        SaisinesError: naming the file, the sheet and the columns.
    """
    missing = [column for column in wanted if column not in header.places]
    if missing:
        plural = "s" if len(missing) > 1 else ""
        named = ", ".join(f"« {column} »" for column in missing)
        raise SaisinesError(f"{name} : feuille {sheet.name}, colonne{plural} {named} absente{plural} ; {remedy}.")
    for column, place in header.places.items():
        twins = [twin for twin, written in enumerate(header.keys) if written == header.keys[place]]
        if len(twins) > 1 and (column in wanted or _differ(sheet.rows[header.index + 1 :], twins)):
            raise SaisinesError(f"{name} : feuille {sheet.name}, colonne « {column} » en double ; n’en gardez qu’une.")


def _differ(rows: Sequence[Row], places: Sequence[int]) -> bool:
    """Whether columns of one title say different things in a row, so that none can be believed."""
    return any(len({text_of(row[place]) if place < len(row) else "" for place in places}) > 1 for row in rows)


def data_rows(sheet: Sheet, header: Header) -> tuple[Sequence[Row], list[int], int]:
    """Take the rows below a header that say something.

    Returns:
        The rows, with the value of a merged cell in each of its rows; their numbers; how many were left aside.
    """
    start = header.index + 1
    below, places = sheet.rows[start:], sorted(header.places.values())
    column = cells_of(below, places[0])
    unusual = _unusual(column)
    doubtful = places_of(column, {cell for cell in unusual if not _is_said(cell)})
    aside = {place for place, row in _at(below, doubtful) if not _says_something(row, places)}
    idle = _idle_first_cells(below, header, unusual if places[0] == 0 else _unusual(cells_of(below, 0)))
    _spread(sheet, header)
    if idle:
        doubtful = places_of(cells_of(below, 0), idle | {""})
        aside |= {place for place, row in _at(below, doubtful) if _first(row) in idle and _is_idle(row, header)}
    if not aside:
        return below, list(range(start + 1, len(sheet.rows) + 1)), 0
    numbers = [start + 1 + place for place in range(len(below)) if place not in aside]
    return _without(below, aside), numbers, len(aside)


def _at(rows: Sequence[Row], places: Sequence[int]) -> Iterable[tuple[int, Row]]:
    """Some of the rows, with their places."""
    return zip(places, rows.at(places) if isinstance(rows, Lines) else [rows[place] for place in places], strict=True)


def _without(rows: Sequence[Row], places: set[int]) -> Sequence[Row]:
    if isinstance(rows, Lines):
        return rows.without(sorted(places))
    return [row for place, row in enumerate(rows) if place not in places]


def _says_something(row: Row, places: Sequence[int]) -> bool:
    """Whether a cell of a known column is not blank: a note beside the table is no row of it, nor failed formulas."""
    return any(place < len(row) and _is_said(row[place]) for place in places)


def _is_said(cell: Cell) -> bool:
    return cell != "" and not _SAYS_NOTHING.fullmatch(str(cell))


def _first(row: Row) -> Cell:
    for cell in row:
        if cell != "":
            return cell
    return ""


def _idle_first_cells(rows: Sequence[Row], header: Header, firsts: set[Any]) -> set[Any]:
    """The first cells that may begin a totals line or a repeated header, so that few rows need a closer look.

    Args:
        rows: below the header.
        header: what a row may say again.
        firsts: those cells of the first column that are unusual.
    """
    if "" in firsts:
        firsts = firsts | _unusual([_first(row) for _, row in _at(rows, places_of(cells_of(rows, 0), {""}))])
    keys = {cell: key(cell) for cell in firsts if isinstance(cell, str)}
    return {cell for cell, said in keys.items() if _TOTAL.fullmatch(said) or said in header.keys}


def _unusual(cells: Cells) -> set[Any]:
    return {cell for cell in plain.unusual(cells) if not (isinstance(cell, str) and _USUAL.fullmatch(cell))}


def _is_idle(row: Row, header: Header) -> bool:
    """Whether a row is a totals line, or says again, whole or cut, what the header says."""
    if _TOTAL.fullmatch(key(str(_first(row)))):
        return True
    said = [(key(text_of(cell)), place) for place, cell in enumerate(row) if cell != ""]
    return len(said) >= 2 and all(place < len(header.keys) and text == header.keys[place] for text, place in said)


def _spread(sheet: Sheet, header: Header) -> None:
    """Give each row of a merged cell its value: a workbook keeps it in the first one only."""
    for (top, left), (bottom, _) in sheet.spans:
        if bottom > top > header.index and left in header.places.values():
            for row in sheet.rows[top + 1 : bottom + 1]:
                row[left] = sheet.rows[top][left]


def cells_of(rows: Sequence[Row], place: int | None) -> Cells:
    """The cells of one column; blank where a row is shorter or the column is not there."""
    if place is None:
        return [""] * len(rows)
    if isinstance(rows, Lines):
        return rows.columns[place]
    try:
        return list(map(itemgetter(place), rows))  # a workbook is a rectangle, and most texts are
    except IndexError:
        return [row[place] if place < len(row) else "" for row in rows]
