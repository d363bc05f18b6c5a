"""The workbook an association gets back: its own rows, wrong cells coloured, the reason in a comment and beside (inputs.md §2).

Each saisine that has a wrong cell comes whole, with all its sessions: a fiche is cumulative, so that what comes back
replaces what was received without taking anything from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

from reports import french
from reports.spreadsheet import LINE
from reports.styles import FONT, GREY, INK, RULE, TINT
from reports.template import LABELS

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

AUTHOR = "Fédération"
HEADER_ROW = 4
WHY = "À corriger"  # the last column, which ingestion leaves aside: a comment is not printed, nor shown on a phone
WIDEST, WHY_WIDTH = 24, 56  # characters
_WRONG = "FFF4B183"
_COMMENT_SIZE = (360, 120)
_CODES = re.compile(r"\b(" + "|".join(sorted(LABELS, key=len, reverse=True)) + r")\b")


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


def _write(page: Worksheet, source: str, sheet: CorrectionSheet) -> None:
    titles = [*sheet.titles.values(), WHY]
    _text(page.cell(1, 1), _title(source, sheet), sz=16, b=True, color="FF1D4E89")
    _text(page.cell(2, 1), _told(sheet), color=GREY)
    for place, title in enumerate(titles, start=1):
        _header(page.cell(HEADER_ROW, place), title)
    for number, row in enumerate(sheet.rows, start=HEADER_ROW + 1):
        for place, column in enumerate(sheet.titles, start=1):
            _value(page.cell(number, place), row.values.get(column), row.wrong.get(column))
        why = " ".join(_words(one) for one in dict.fromkeys(row.wrong.values()))
        _value(page.cell(number, len(titles)), why, None)
        page.row_dimensions[number].height = 4 + LINE * max(1, -(-len(why) * 4 // (WHY_WIDTH * 5)))
    for place, width in enumerate(_widths(sheet), start=1):
        page.column_dimensions[page.cell(HEADER_ROW, place).column_letter].width = width
    page.row_dimensions[HEADER_ROW].height = 42
    _printed(page)


def _title(source: str, sheet: CorrectionSheet) -> str:
    if "saisine_ref" in sheet.titles and sheet.name != "Journal":
        return f"Fiches retour à corriger, association {source}"
    return f"Lignes du journal à corriger, source {source}"


def _told(sheet: CorrectionSheet) -> str:
    wrong = sum(len(row.wrong) for row in sheet.rows)
    if not wrong:
        return "Rien à corriger sur cette feuille : renvoyez-la avec l’autre."
    return (
        f"{french.count(wrong, 'case')} à corriger, en couleur ; le motif est en commentaire et dans la dernière colonne. "
        "Corrigez, puis renvoyez ce classeur."
    )


def _words(sentence: str) -> str:
    """A reason with the codes of the lists as the template writes them."""
    return _CODES.sub(lambda one: LABELS[one[1]], sentence)


def _widths(sheet: CorrectionSheet) -> list[int]:
    """Wide enough for the words of each column, within reason."""
    widths = []
    for column, title in sheet.titles.items():
        told = [
            *title.split(),
            *(row.values.get(column) or "" for row in sheet.rows),
        ]  # a title goes over several lines
        widths.append(min(WIDEST, max(8, max(map(len, told)) + 3)))
    return [*widths, WHY_WIDTH]


def _printed(page: Worksheet) -> None:
    """Landscape, as wide as the paper, the header on each page and in sight."""
    from openpyxl.worksheet.properties import PageSetupProperties

    page.freeze_panes = page.cell(HEADER_ROW + 1, 2)
    page.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9  # A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.sheet_view.showGridLines = False


def _header(cell: Cell, title: str) -> None:
    from openpyxl.styles import Alignment, Border, PatternFill, Side

    _text(cell, title, b=True)
    cell.fill = PatternFill("solid", start_color=TINT)
    cell.border = Border(bottom=Side(style="thin", color=INK))
    cell.alignment = Alignment(wrap_text=True, vertical="center")


def _value(cell: Cell, value: str | None, why: str | None) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Border, PatternFill, Side

    if value:
        _text(cell, value)
    cell.border = Border(bottom=Side(style="hair", color=RULE))
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if why:
        cell.fill = PatternFill("solid", start_color=_WRONG)
        cell.comment = Comment(_words(why), AUTHOR, width=_COMMENT_SIZE[0], height=_COMMENT_SIZE[1])


def _text(cell: Any, value: str, **font: Any) -> None:  # noqa: ANN401 - a cell, merged or not
    """Write a text that stays one: what comes from outside never starts a formula, nor becomes a number."""
    from openpyxl.styles import Font

    cell.value = value
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = value[:1] in "=+-@"
    cell.font = Font(name=FONT, **{"sz": 10, "color": INK, **font})
