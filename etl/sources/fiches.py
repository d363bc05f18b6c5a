"""Fiches retour: what an association sends, as rows of `Saisines` and rows of `Entretiens` (inputs.md §2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from etl.model import collector
from etl.model.errors import SaisinesError
from etl.model.text import key
from etl.sources import cells, delimited, tabular
from etl.sources.columns import Column, reader_of, with_default
from etl.sources.plain import recogniser_of
from etl.sources.tabular import Header, Rows
from etl.sources.texts import Cells, Texts, listed
from etl.sources.workbook import Sheet, is_workbook, read_workbook, what_it_is

CLASSEUR = "classeur"
BORDEREAU = "bordereau"
LAYOUTS = Path(__file__).parent / "layouts" / "fiches.yaml"

# Without these no row of the sheet can be read; each other column may be left out.
REQUIRED = {"saisines": ("saisine_ref", "issue"), "entretiens": ("saisine_ref", "date", "nature")}
RECOGNISED_FROM = 3
TEMPLATE = "reprenez le modèle de fiche retour"


@dataclass(frozen=True)
class Fiches:
    """What one file holds.

    Attributes:
        layout: `classeur`, with dated sessions, or `bordereau`, with their numbers only.
        saisines: one row a saisine.
        entretiens: one row a session; none in a bordereau. `saisine_connue` tells whether its reference has a row
            in `saisines`.
    """

    layout: str
    saisines: Rows
    entretiens: Rows


@cache
def columns() -> dict[str, dict[str, Column]]:
    """The columns of both sheets, from `layouts/fiches.yaml`."""
    from ruamel.yaml import YAML

    raw = YAML(typ="safe").load(LAYOUTS)
    return TypeAdapter(dict[str, dict[str, Column]]).validate_python(raw)


@collector.resting()  # cells by the million, no circle among them
def read_fiches(content: bytes, name: str) -> Fiches:
    """Read a file of fiches.

    Args:
        content: its bytes.
        name: what people know it by, for the messages.

    Raises:
        SaisinesError: it is no workbook nor CSV, or has no sheet with the headers of `Saisines`.
    """
    sheets = _sheets(content, name)
    found = [(sheet, *_recognise(sheet, name)) for sheet in sheets]
    saisines = [
        _read_sheet(sheet, header, "saisines") for sheet, kind, header in found if kind == "saisines" and header
    ]
    entretiens = [
        _read_sheet(sheet, header, "entretiens") for sheet, kind, header in found if kind == "entretiens" and header
    ]
    if not saisines:
        _refuse_nearest(sheets, name)
        raise SaisinesError(
            f"{name} : aucune feuille n’a les titres « N° de saisine » et « Issue » ; reprenez le modèle."
        )
    joined = tabular.join(saisines, list(columns()["saisines"]))
    sessions = _attach(tabular.join(entretiens, list(columns()["entretiens"])), joined)
    return Fiches(CLASSEUR if entretiens else BORDEREAU, joined, sessions)


def _sheets(content: bytes, name: str) -> list[Sheet]:
    what = what_it_is(content)
    if what:
        raise SaisinesError(
            f"{name} : c’est {what}, pas un classeur ; renvoyez la fiche retour en .xlsx, .ods ou .csv."
        )
    if is_workbook(content):
        return read_workbook(content, name)
    text = delimited.decode(content, name)
    return [delimited.read_csv(text, delimited.separator_of(text, _score), name)]


def _score(sheet: Sheet) -> int:
    return max((len(header.places) for header in _headers(sheet).values() if header), default=0)


def _headers(sheet: Sheet) -> dict[str, Header | None]:
    return {kind: tabular.find_header(sheet, columns()[kind], REQUIRED[kind]) for kind in REQUIRED}


def _recognise(sheet: Sheet, name: str) -> tuple[str | None, Header | None]:
    """Tell which of the two sheets this is, by its headers; neither for a page of instructions or of figures.

    Raises:
        SaisinesError: it is called like one of them, or laid out like sessions, and lacks a required column.
    """
    headers = _headers(sheet)
    whole = [kind for kind, header in headers.items() if header and set(REQUIRED[kind]) <= set(header.places)]
    best = max(whole or REQUIRED, key=lambda kind: len(header.places) if (header := headers[kind]) else 0)
    header = headers[best]
    if whole and header:
        tabular.require(header, REQUIRED[best], sheet, name, TEMPLATE)
        return best, header
    named = next((kind for kind in REQUIRED if key(sheet.name) == kind), None)
    suspect = headers[named or "entretiens"]
    if suspect and (named or (best == "entretiens" and len(suspect.places) >= RECOGNISED_FROM)):
        tabular.require(suspect, REQUIRED[named or best], sheet, name, TEMPLATE)
    if named and any(sum(cell != "" for cell in row) > 1 for row in sheet.rows):  # more than a note
        raise SaisinesError(f"{name} : feuille {sheet.name}, ligne de titres introuvable ; reprenez ceux du modèle.")
    return None, None


def _refuse_nearest(sheets: list[Sheet], name: str) -> None:
    """In a file without any sheet of saisines, say what the sheet laid out like one lacks.

    Raises:
        SaisinesError: naming the sheet and the column.
    """
    for sheet in sheets:
        header = tabular.find_header(sheet, columns()["saisines"], REQUIRED["saisines"])
        if header and len(header.places) >= RECOGNISED_FROM:
            tabular.require(header, REQUIRED["saisines"], sheet, name, TEMPLATE)


def _read_sheet(sheet: Sheet, header: Header, kind: str) -> Rows:
    rows, numbers, ignored = tabular.data_rows(sheet, header)
    values = {
        name: _column(tabular.cells_of(rows, header.places.get(name)), column, is_1904=sheet.is_1904)
        for name, column in columns()[kind].items()
    }
    if kind == "entretiens":
        values["saisine_ref"] = _carried(values["saisine_ref"])
    return Rows(values, [sheet.name] * len(rows), numbers, ignored)


def _column(values: Cells, column: Column, *, is_1904: bool) -> Texts:
    return with_default(cells.converted(values, _reader(column, is_1904), recogniser_of(column)), column)


@cache
def _reader(column: Column, is_1904: bool) -> cells.CellReader:
    """What reads the cells of a column of fiches, where no person is identified."""
    return cells.remembering(reader_of(column, zone=cells.PARIS, is_1904=is_1904, pseudonym=cells.identifier))


def _carried(references: Texts) -> list[str | None]:
    """Give a blank reference the one above it."""
    written = listed(references)
    if None not in written:
        return written
    carried: list[str | None] = []
    for reference in written:
        carried.append(reference or (carried[-1] if carried else None))
    return carried


def _attach(entretiens: Rows, saisines: Rows) -> Rows:
    """Tell of each session whether its reference, as written, has a row in `Saisines`."""
    known = set(listed(saisines.values["saisine_ref"]))
    found: list[str | None] = [
        None if reference is None else "oui" if reference in known else "non"
        for reference in listed(entretiens.values["saisine_ref"])
    ]
    return Rows(
        {**entretiens.values, "saisine_connue": found}, entretiens.sheets, entretiens.numbers, entretiens.ignored
    )
