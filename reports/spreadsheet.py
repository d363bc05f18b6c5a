"""Writes workbooks that are the same bytes for the same data, safe to open and right when nothing recalculates.

openpyxl makes everything but the rows: sheets, styles, page setup. The rows are written here, which takes a fifth of the
time, and three things are then ours: a formula's last value is written beside it (a viewer that does not calculate shows
it), no text from outside can start a formula, and nothing in the file depends on the clock.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from openpyxl import Workbook

Value = str | int | Decimal | date | None

# What starts a formula in Excel, LibreOffice or a CSV opened by them; the wide forms too, which some of them fold.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "|", "%")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NO_ROWS = b"<sheetData></sheetData>"
DAY_ZERO = date(1899, 12, 30)  # a cell holds a day as the number of days since
WRAPPED = {"wrap", "strong"}  # styles whose words go to the next line
LINE = 13  # points
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Formula:
    """A live formula (without `=`) and the value it has for this data."""

    text: str
    value: Value


@dataclass(frozen=True)
class Cell:
    """A value and the name of its style."""

    value: Value | Formula
    style: str = "text"


def plain(text: str) -> str:
    """Text from outside as a cell may hold it: no control character, an apostrophe before what looks like a formula.

    Lengths beyond what Excel takes (32 767 characters) are cut. Numbers never pass here: negative amounts stay numbers.
    """
    clean = NOT_XML.sub(" ", text)[:32_000]
    return "'" + clean if clean.lstrip(" \n\u00a0").startswith(DANGEROUS) else clean


def euros(cents: int) -> Decimal:
    """Cents as the exact number of euros that a cell holds."""
    return Decimal(cents).scaleb(-2)


def header_text(text: str) -> str:
    """Text as a page header takes it: `&` starts a code there."""
    return plain(text).replace("&", "&&")


def written(value: Value | Formula) -> tuple[str, str]:
    """The type attribute and the content of a cell: text made safe, a formula with its last value beside it."""
    if isinstance(value, Formula):
        last = 0 if value.value is None else value.value
        kind, shown = (' t="str"', _escaped(last)) if isinstance(last, str) else ("", _number(last))
        return kind, f"<f>{_escaped(value.text)}</f><v>{shown}</v>"
    if isinstance(value, str):
        text = plain(value)
        space = "" if text == text.strip() else ' xml:space="preserve"'
        return ' t="inlineStr"', text and f"<is><t{space}>{_escaped(text)}</t></is>"
    return ' t="n"', "" if value is None else f"<v>{_number(value)}</v>"


def _number(value: int | Decimal | date) -> str:
    return str((value - DAY_ZERO).days if isinstance(value, date) else value)


def _escaped(text: str) -> str:
    return escape(text, quote=False).replace("\r", "&#13;")


def save(workbook: "Workbook", rows: Mapping[str, Iterable[bytes]], made_at: datetime) -> bytes:
    """The workbook's bytes, every date in it fixed.

    Args:
        workbook: an openpyxl workbook, its sheets without rows
        rows: sheet title → the XML of its rows
        made_at: the instant the file says it was made
    """
    from openpyxl.writer.excel import ExcelWriter

    workbook.properties.created = workbook.properties.modified = made_at
    parts = {f"xl/worksheets/sheet{i}.xml": rows[sheet.title] for i, sheet in enumerate(workbook.worksheets, 1)}
    raw, out = BytesIO(), BytesIO()
    ExcelWriter(workbook, ZipFile(raw, "w")).save()
    with ZipFile(raw) as source, ZipFile(out, "w") as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            about = ZipInfo(name, ZIP_DATE)
            about.compress_type = ZIP_DEFLATED
            before, mark, after = source.read(name).partition(NO_ROWS)
            with target.open(about, "w") as part:
                part.writelines([before, b"<sheetData>", *parts[name], b"</sheetData>", after] if mark else [before])
    return out.getvalue()


class Book:
    """A workbook written sheet by sheet, row by row, with our styles."""

    def __init__(self, title: str, author: str, made_at: datetime) -> None:
        from openpyxl import Workbook

        from reports.styles import styles

        self.workbook = Workbook(write_only=True)
        self.workbook.properties.title = plain(title)
        self.workbook.properties.creator = plain(author)
        self.made_at = made_at
        self.styles = styles(self.workbook)
        self.rows: dict[str, list[bytes]] = {}

    def sheet(self, name: str, widths: Sequence[int]) -> "Sheet":
        """A new sheet, with the width of each column in characters."""
        return Sheet(self, name, widths)

    def to_bytes(self) -> bytes:
        """The finished file."""
        return save(self.workbook, self.rows, self.made_at)


class Sheet:
    """One sheet under way: rows are appended; `row` is the number of the last one written."""

    def __init__(self, book: Book, name: str, widths: Sequence[int]) -> None:
        from openpyxl.utils import get_column_letter

        self.book, self.name, self.row = book, name, 0
        self.xml = book.workbook.create_sheet(name)
        self.letter, self.rows = get_column_letter, book.rows.setdefault(name, [])
        self.widths, self.width = widths, len(widths)
        for index, width in enumerate(widths, 1):
            self.xml.column_dimensions[get_column_letter(index)].width = width

    def append(self, cells: Iterable[Cell | None], height: int | None = None) -> int:
        """Writes a row and returns its number; None leaves a cell empty. `height` in points, else that of its words."""
        self.row += 1
        cells = list(cells)
        height = height or self._height(cells)
        look = f' ht="{height}" customHeight="1"' if height else ""
        written = "".join(self._cell(column, cell) for column, cell in enumerate(cells, 1) if cell)
        self.rows.append(f'<row r="{self.row}"{look}>{written}</row>'.encode("ascii", "xmlcharrefreplace"))
        return self.row

    def _height(self, cells: list[Cell | None]) -> int | None:
        """The height that wrapped words need: no viewer works it out when a file does not say it."""
        lines = 1
        for cell, width in zip(cells, self.widths, strict=False):
            if cell and cell.style in WRAPPED and isinstance(cell.value, str):
                lines = max(lines, -(-len(cell.value) * 4 // (width * 5)))
        return None if lines == 1 else 4 + LINE * lines

    def _cell(self, column: int, cell: Cell) -> str:
        kind, content = written(cell.value)
        return f'<c r="{self.letter(column)}{self.row}" s="{self.book.styles[cell.style]}"{kind}>{content}</c>'
