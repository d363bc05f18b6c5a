"""The workbook an association gets back: its own rows, wrong cells coloured, the reason in a comment (inputs.md §2).

Each saisine that has a wrong cell comes whole, with all its sessions: a fiche is cumulative, so that what comes back
replaces what was received without taking anything from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

AUTHOR = "Fédération"
HEADER_ROW = 4
_WRONG = "FFF4B183"
_HEADER = "FFD9E2F3"
_COMMENT_SIZE = (360, 120)


@dataclass(frozen=True)
class CorrectionRow:
    """A row to send back.

    Attributes:
        values: what each column says, as its author wrote it.
        wrong: the columns at fault and why, in French.
    """

    values: Mapping[str, str | None]
    wrong: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CorrectionSheet:
    """A sheet to send back: its name, its columns with their titles, its rows."""

    name: str
    titles: Mapping[str, str]
    rows: Sequence[CorrectionRow]


def render_corrections(association: str, sheets: Sequence[CorrectionSheet]) -> bytes:
    """Write the workbook of an association.

    Args:
        association: its code.
        sheets: what to correct; their layout is that of the template, so that the workbook can be sent back as it is.

    Returns:
        The bytes of an .xlsx, in which no cell is a formula.
    """
    from openpyxl import Workbook

    book = Workbook()
    del book[book.sheetnames[0]]
    for sheet in sheets:
        _write(book.create_sheet(sheet.name), association, sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _write(page: Worksheet, association: str, sheet: CorrectionSheet) -> None:
    wrong = sum(len(row.wrong) for row in sheet.rows)
    _text(page.cell(1, 1), f"Fiches retour à corriger, association {association}")
    _text(
        page.cell(2, 1),
        f"{wrong} case(s) à corriger, en couleur ; le motif est en commentaire. Corrigez, puis renvoyez ce classeur.",
    )
    for place, title in enumerate(sheet.titles.values(), start=1):
        _header(page.cell(HEADER_ROW, place), title)
    for number, row in enumerate(sheet.rows, start=HEADER_ROW + 1):
        for place, column in enumerate(sheet.titles, start=1):
            _value(page.cell(number, place), row.values.get(column), row.wrong.get(column))
    page.freeze_panes = page.cell(HEADER_ROW + 1, 2)
    page.sheet_view.zoomScale = 110


def _header(cell: Cell, title: str) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    _text(cell, title)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", start_color=_HEADER)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.parent.column_dimensions[cell.column_letter].width = max(12, len(title) + 2)


def _value(cell: Cell, value: str | None, why: str | None) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    if value is not None:
        _text(cell, value)
    if why:
        cell.fill = PatternFill("solid", start_color=_WRONG)
        cell.comment = Comment(why, AUTHOR, width=_COMMENT_SIZE[0], height=_COMMENT_SIZE[1])


def _text(cell: Any, value: str) -> None:  # noqa: ANN401 - a cell, merged or not
    """Write a text that stays one: what comes from outside never starts a formula, nor becomes a number."""
    cell.value = value
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = value[:1] in "=+-@"
