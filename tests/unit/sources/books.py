"""Workbooks as people make them, built for one test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

SAISINES = [
    "N° de\nsaisine",
    "Association",
    "Convention",
    "Version",
    "Date saisine",
    "Qualité",
    "Département",
    "Tentatives",
]
SAISINES += [
    "Date premier contact",
    "Issue",
    "nb psy",
    "nb jur",
    "nb soc",
    "Mémo de vie",
    "Date clôture",
    "Commentaire",
]
ENTRETIENS = ["N° de saisine", "Date", "Heure", "Nature", "Mode", "Statut", "Durée min"]
REF = "FV26-000123-W"
Sheets = Mapping[str, Sequence[Sequence[Any]]]


def xlsx(sheets: Sheets, change: Callable[[Workbook], None] = lambda book: None) -> bytes:
    """An XLSX of these sheets, row by row; `change` is done to it before it is saved."""
    book = Workbook()
    del book[book.sheetnames[0]]
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    change(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def ods(sheets: Sheets) -> bytes:
    """An ODS of these sheets, all cells text."""
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    for name, rows in sheets.items():
        table = Table(name=name)
        for row in rows:
            line = TableRow()
            for value in row:
                cell = TableCell(valuetype="string")
                cell.addElement(P(text=str(value)))
                line.addElement(cell)
            table.addElement(line)
        document.spreadsheet.addElement(table)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def saisine(ref: object = REF, issue: object = "Pris en charge", **cells: object) -> list[object]:
    """A row of `Saisines` under `SAISINES`; cells by header, blank elsewhere."""
    given = {SAISINES[0]: ref, "Issue": issue} | cells
    return [given.get(title) for title in SAISINES]


def session(ref: object = REF, date: object = "02/03/2026", nature: object = "psy", **cells: object) -> list[object]:
    """A row of `Entretiens` under `ENTRETIENS`."""
    given = {"N° de saisine": ref, "Date": date, "Nature": nature} | cells
    return [given.get(title) for title in ENTRETIENS]


def classeur(saisines: Sequence[Sequence[Any]], sessions: Sequence[Sequence[Any]] = (), **more: Any) -> bytes:
    """The federation's template, filled."""
    return xlsx({"Saisines": [SAISINES, *saisines], "Entretiens": [ENTRETIENS, *sessions]}, **more)


def page(book: Workbook, name: str) -> Worksheet:
    """A sheet of a workbook."""
    found = book[name]
    assert isinstance(found, Worksheet)
    return found
