"""Writes workbooks that are the same bytes for the same data, safe to open and right when nothing recalculates.

Three things openpyxl leaves to us: a formula's last value is written beside it (a viewer that does not calculate shows
it), no text from outside can start a formula, and nothing in the file depends on the clock.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell as XmlCell

Value = str | int | Decimal | date | None

# What starts a formula in Excel, LibreOffice or a CSV opened by them; the wide forms too, which some of them fold.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "|", "%")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
FORMULA_CELL = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)><f>(.*?)</f><v ?(?:/>|></v>)</c>', re.DOTALL)
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


def cached(value: Value) -> tuple[bytes, bytes]:
    """The type attribute and the content of a formula's last value."""
    if isinstance(value, str):
        return b' t="str"', escape(value, quote=False).encode()
    return b"", str(value if value is not None else 0).encode()


def with_values(xml: bytes, values: dict[str, Value]) -> bytes:
    """A sheet's XML with each formula's last value beside it.

    Args:
        xml: the sheet as openpyxl wrote it, formulas without values
        values: cell coordinate → value
    """

    def fill(match: re.Match[bytes]) -> bytes:
        kind, content = cached(values[match[1].decode()])
        attributes = re.sub(rb' t="[a-z]+"', b"", match[2])
        return b'<c r="%b"%b%b><f>%b</f><v>%b</v></c>' % (match[1], attributes, kind, match[3], content)

    return FORMULA_CELL.sub(fill, xml)


def save(workbook: "Workbook", values: dict[str, dict[str, Value]], made_at: datetime) -> bytes:
    """The workbook's bytes, with the last value of each formula and every date fixed.

    Args:
        workbook: an openpyxl workbook
        values: sheet title → cell coordinate → last value of its formula
        made_at: the instant the file says it was made
    """
    from openpyxl.writer.excel import ExcelWriter

    workbook.properties.created = workbook.properties.modified = made_at
    titles = {f"xl/worksheets/sheet{i}.xml": sheet.title for i, sheet in enumerate(workbook.worksheets, 1)}
    raw = BytesIO()
    ExcelWriter(workbook, ZipFile(raw, "w", ZIP_DEFLATED)).save()
    out = BytesIO()
    with ZipFile(raw) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            content = source.read(name)
            if values.get(titles.get(name, "")):
                content = with_values(content, values[titles[name]])
            target.writestr(ZipInfo(name, ZIP_DATE), content, ZIP_DEFLATED)
    return out.getvalue()


class Book:
    """A workbook written sheet by sheet, row by row, in constant memory: openpyxl's write-only mode with our styles."""

    def __init__(self, title: str, author: str, made_at: datetime) -> None:
        from openpyxl import Workbook

        from reports.styles import styles

        self.workbook = Workbook(write_only=True)
        self.workbook.properties.title = plain(title)
        self.workbook.properties.creator = plain(author)
        self.made_at = made_at
        self.styles = styles(self.workbook)
        self.values: dict[str, dict[str, Value]] = {}

    def sheet(self, name: str, widths: Sequence[int]) -> "Sheet":
        """A new sheet, with the width of each column in characters."""
        return Sheet(self, name, widths)

    def to_bytes(self) -> bytes:
        """The finished file."""
        return save(self.workbook, self.values, self.made_at)


class Sheet:
    """One sheet under way: rows are appended and gone; `row` is the number of the last one written."""

    def __init__(self, book: Book, name: str, widths: Sequence[int]) -> None:
        from openpyxl.cell import Cell as XmlCell
        from openpyxl.utils import get_column_letter

        self.book, self.name, self.row = book, name, 0
        self.xml = book.workbook.create_sheet(name)
        self.xml._values_to_row = _as_they_are  # else openpyxl makes each cell twice, which takes a third of the time
        self.new_cell, self.letter = XmlCell, get_column_letter
        self.widths, self.width = widths, len(widths)
        for index, width in enumerate(widths, 1):
            self.xml.column_dimensions[get_column_letter(index)].width = width

    def append(self, cells: Iterable[Cell | None], height: int | None = None) -> int:
        """Writes a row and returns its number; None leaves a cell empty. `height` in points, else that of its words."""
        self.row += 1
        cells = list(cells)
        if height := height or self._height(cells):
            self.xml.row_dimensions[self.row].height = height
        self.xml.append([self._cell(column, cell) for column, cell in enumerate(cells, 1) if cell])
        return self.row

    def _height(self, cells: list[Cell | None]) -> int | None:
        """The height that wrapped words need: no viewer works it out when a file does not say it."""
        lines = 1
        for cell, width in zip(cells, self.widths, strict=False):
            if cell and cell.style in WRAPPED and isinstance(cell.value, str):
                lines = max(lines, -(-len(cell.value) * 4 // (width * 5)))
        return None if lines == 1 else 4 + LINE * lines

    def _cell(self, column: int, cell: Cell) -> "XmlCell":
        """A cell as openpyxl writes it. Its type is set here: openpyxl would look again at what `plain` has made safe."""
        value = cell.value
        written = self.new_cell(self.xml, self.row, column)
        if isinstance(value, Formula):
            self.book.values.setdefault(self.name, {})[written.coordinate] = value.value
            written._value, written.data_type = "=" + value.text, "f"
        elif isinstance(value, str):
            written._value, written.data_type = plain(value), "s"
        else:
            written._value, written.data_type = value, "d" if isinstance(value, date) else "n"
        written._style = self.book.styles[cell.style]
        return written


def _as_they_are(cells: Sequence["XmlCell"], row: int) -> Sequence["XmlCell"]:
    """In place of openpyxl's own step: our cells know their row and column."""
    return cells
