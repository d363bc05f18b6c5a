"""Workbooks (XLSX, XLSB, XLS, ODS) as sheets of cells, through python-calamine.

calamine lays a sheet out as a full rectangle and, when that does not fit in memory, takes the process down with it. So
the size of what is about to be laid out is looked at first: a file cannot stop the others.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from etl.model.errors import SaisinesError

Row = list[Any]
Book = Any  # calamine tells no types
Span = tuple[tuple[int, int], tuple[int, int]]

MAX_UNPACKED_BYTES = 1 << 30
MAX_RATIO = 500
MAX_CELLS = 20_000_000
_WIDEST = 16_384

# What zipfile raises on an archive that is cut or damaged.
_CUT = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error),
    *(EOFError, OSError, NotImplementedError, RuntimeError, ValueError),
)
_MARKS = {  # the first bytes of what people send under the name of a workbook
    b"%PDF": "un PDF",
    b"<htm": "une page web",
    b"<!DO": "une page web",
    b"\xff\xd8\xff": "une photo",
    b"\x89PNG": "une image",
    b"{\\rt": "un texte RTF",
}
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_ROW = re.compile(rb'<(?:x:)?row [^>]*?\br="([0-9]+)"')
# Some other attribute may end in r; a `\b` before it would take seven times as long.
_FAR_COLUMN = re.compile(rb'r="([A-Z]{3})[0-9]')
_MIDDLE_COLUMN = re.compile(rb'r="([A-Z]{2})[0-9]')
_REPEATED_ROW = re.compile(rb'<table:table-row[^>]*?number-rows-repeated="([0-9]+)"[^>]*>(.{0,200})', re.DOTALL)
_REPEATED_CELL = re.compile(rb'number-columns-repeated="([0-9]+)"[^>]*?office:value')
# What calamine gives as a blank cell: a formula that failed (`#N/A`), in a sheet of XLSX and in an ODS; and one whose
# result is not in the file, as programs write them. A formula that gave an empty text has `t="str"`: that one is blank.
_XLSX_ERROR = re.compile(rb'(<(?:x:)?c\b[^>]*\bt=)"e"')
_XLSX_UNKNOWN = re.compile(rb'<c((?: (?!t=)[a-z]+="[^"]*")*)>(<f\b[^>]*?(?:/>|>[^<]*</f>))(?:<v ?/>|<v></v>)?</c>')
_ODS_ERROR = re.compile(rb' office:string-value=""(?=[^>]*value-type="error")')
# Whether there are any at all: over text that is all marks, a pattern is found missing in two thirds of the time of `in`.
_ANY_ERROR, _ANY_FORMULA = re.compile(rb't="e"'), re.compile(rb"<f")
_IS_1904 = re.compile(rb'<(?:x:)?workbookPr[^>]*\bdate1904="(?:1|true)"')


@dataclass(frozen=True)
class Sheet:
    """One sheet, or one CSV.

    Attributes:
        name: of the sheet; `CSV` for a text file.
        rows: the cells, from the first row and the first column of the sheet; `""` is a blank one.
        is_1904: whether serial numbers count days from 1904.
        spans: merged ranges, (row, column) of both corners, from 0.
    """

    name: str
    rows: Sequence[Row]
    is_1904: bool = False
    spans: list[Span] = field(default_factory=list)


def is_workbook(content: bytes) -> bool:
    """Tell a workbook from a text by its first bytes, whatever its name says."""
    return content[:4] in (_ZIP, _OLE)


def read_workbook(content: bytes, name: str) -> list[Sheet]:
    """Read the sheets of a workbook, hidden ones and hidden rows included.

    Args:
        content: the bytes of the file.
        name: what the reader knows the file by, for the message.

    Raises:
        SaisinesError: it is no workbook, is cut, locked, or too large to be a fiche.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    content, is_1904 = _look_inside(content, name) if content[:4] == _ZIP else (content, False)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return [_sheet(book.get_sheet_by_name(each), is_1904) for each in _worksheets(book)]
    except PasswordError:
        raise SaisinesError(
            f"{name} : classeur protégé par un mot de passe ; enregistrez-le sans mot de passe et renvoyez-le."
        ) from None
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(name) from error
    except BaseException as error:  # on some damaged files calamine panics, with an exception of no usual family
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(name) from error


def _damaged(name: str) -> SaisinesError:
    return SaisinesError(
        f"{name} : classeur illisible, coupé ou abîmé ; ouvrez-le, enregistrez-le en .xlsx et renvoyez-le."
    )


def _worksheets(book: Book) -> list[str]:
    from python_calamine import SheetTypeEnum

    return [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]


def _sheet(sheet: Book, is_1904: bool) -> Sheet:
    rows = sheet.to_python(skip_empty_area=False)
    return Sheet(sheet.name, rows, is_1904, list(sheet.merged_cell_ranges or []))


def what_it_is(content: bytes) -> str | None:
    """Say in French what a file that should be a workbook or a CSV really is; None if it may be one."""
    if not content or content.isspace():
        return "un fichier vide"
    head = content.lstrip()[:4]
    return next((what for mark, what in _MARKS.items() if head.lower().startswith(mark.lower())), None)


def _look_inside(content: bytes, name: str) -> tuple[bytes, bool]:
    """Refuse what would fill the memory; give the workbook, its errors as text, and whether it counts from 1904."""
    faulty: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_unpacked_size(archive, len(content), name)
            parts = archive.namelist()
            for part in parts:
                if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                    _check_extent(_xlsx_cells(xml := archive.read(part)), name)
                    faulty |= {part: told} if (told := _errors_told(xml)) is not xml else {}
                elif part == "content.xml":
                    _check_extent(_ods_cells(xml := archive.read(part)), name)
                    faulty |= {part: _ODS_ERROR.sub(b"", xml)} if b'value-type="error"' in xml else {}
            is_1904 = "xl/workbook.xml" in parts and bool(_IS_1904.search(archive.read("xl/workbook.xml")))
            return _with_parts(archive, faulty) if faulty else content, is_1904
    except _CUT as error:
        raise _damaged(name) from error


def _errors_told(xml: bytes) -> bytes:
    """A sheet of XLSX in which a formula without result is a text."""
    told = _XLSX_ERROR.sub(rb'\1"str"', xml) if _ANY_ERROR.search(xml) else xml
    return _XLSX_UNKNOWN.sub(rb'<c\1 t="str">\2<v>#N/A</v></c>', told) if _ANY_FORMULA.search(told) else told


def _with_parts(archive: zipfile.ZipFile, changed: Mapping[str, bytes]) -> bytes:
    """Write an archive again, some of its parts changed."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as copy:
        for part in archive.namelist():
            copy.writestr(part, changed.get(part) or archive.read(part))
    return written.getvalue()


def _check_unpacked_size(archive: zipfile.ZipFile, packed: int, name: str) -> None:
    unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > MAX_UNPACKED_BYTES or (unpacked > 1 << 26 and unpacked > MAX_RATIO * packed):
        raise SaisinesError(
            f"{name} : classeur démesuré une fois décompressé ; renvoyez un classeur sans images ni lignes inutiles."
        )


def _check_extent(cells: int, name: str) -> None:
    if cells > MAX_CELLS:
        raise SaisinesError(
            f"{name} : une feuille s’étend sur {cells} cellules ; supprimez celles qui sont vides, au loin."
        )


def _xlsx_cells(xml: bytes) -> int:
    """How many cells the rectangle of a sheet has, at most."""
    row = max(xml.rfind(b"<row "), 0)
    last = _ROW.search(xml, max(xml.rfind(b"<x:row ", row), row))
    height = int(last.group(1)) if last else xml.count(b"<row")
    if height * _WIDEST <= MAX_CELLS:
        return height  # however wide, it fits: no need to look at its columns
    columns = set(_FAR_COLUMN.findall(xml))
    if not columns and height * _column_number(b"ZZ") > MAX_CELLS:
        columns = set(_MIDDLE_COLUMN.findall(xml))
    return height * max(map(_column_number, columns), default=26)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _ods_cells(xml: bytes) -> int:
    """How many cells the repetitions of an ODS that hold something add up to, at most."""
    rows = sum(int(count) for count, after in _REPEATED_ROW.findall(xml) if b"office:value" in after)
    columns = max(map(int, _REPEATED_CELL.findall(xml)), default=1)
    return (rows + xml.count(b"<table:table-row")) * columns
