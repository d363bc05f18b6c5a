"""Files as bytes, the same for the same content: XLSX by openpyxl, ODS and CSV by hand."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from xml.sax.saxutils import escape

from etl.sample.slips import Cell

MADE_AT = datetime(2026, 1, 1)  # noqa: DTZ001 - a constant stamp, so that the same content is the same bytes


@dataclass
class Sheet:
    """A sheet to write.

    Attributes:
        name: as on the tab.
        rows: cells by row; `None` is an empty cell.
        merged: ranges such as ``A2:A5``.
        hidden: 1-based numbers of the hidden rows.
    """

    name: str
    rows: list[list[Cell]]
    merged: list[str] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)


def _zipped(parts: list[tuple[str, bytes]]) -> bytes:
    """A zip whose entries all bear the same date, in the order given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts:
            stored = name == "mimetype"  # ODS wants it first and uncompressed
            entry = zipfile.ZipInfo(name, MADE_AT.timetuple()[:6])
            archive.writestr(entry, content, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def xlsx(sheets: list[Sheet], epoch_1904: bool = False) -> bytes:
    """A workbook for Excel, its dates counted from 1904 if asked, as old Macs did."""
    from openpyxl import Workbook
    from openpyxl.utils.datetime import CALENDAR_MAC_1904
    from openpyxl.writer.excel import ExcelWriter

    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = MADE_AT
    book.properties.creator = "exemple"
    if epoch_1904:
        book.epoch = CALENDAR_MAC_1904
    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        for number in sheet.hidden:
            page.row_dimensions[number].hidden = True
        for row in sheet.rows:
            page.append(row)
        for place in sheet.merged:
            page.merged_cells.add(place)
    out = io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(out, "w")).save()
    with zipfile.ZipFile(out) as made:
        return _zipped([(name, made.read(name)) for name in made.namelist()])


def csv(sheet: Sheet, encoding: str = "cp1252") -> bytes:
    """A semicolon CSV; dates are to be text already."""
    lines = (";".join("" if cell is None else str(cell).replace("\n", " ") for cell in row) for row in sheet.rows)
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


_NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "manifest": "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0",
}
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def ods(sheets: list[Sheet]) -> bytes:
    """A workbook for LibreOffice, with no style: sheets, rows, cells."""
    spaces = " ".join(f'xmlns:{short}="{long}"' for short, long in _NAMES.items())
    tables = "".join(_table(sheet) for sheet in sheets)
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    content = f'{_HEAD}<office:document-content {spaces} office:version="1.2">{body}</office:document-content>'
    parts = (("mimetype", _ODS), ("content.xml", content), ("META-INF/manifest.xml", _manifest(spaces)))
    return _zipped([(name, text.encode()) for name, text in parts])


def _manifest(spaces: str) -> str:
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in (("/", _ODS), ("content.xml", "text/xml"))
    )
    return f'{_HEAD}<manifest:manifest {spaces} manifest:version="1.2">{entries}</manifest:manifest>'


def _table(sheet: Sheet) -> str:
    rows = "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in sheet.rows)
    return f'<table:table table:name="{escape(sheet.name)}">{rows}</table:table>'


def _cell(value: Cell) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, date):
        kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
        return f"<table:table-cell {kind}><text:p>{value:%d/%m/%Y}</text:p></table:table-cell>"
    if isinstance(value, int):
        kind = f'office:value-type="float" office:value="{value}"'
        return f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
