"""The fiches of a year as one workbook an association, written as XML at once: a library would take longer than all that is measured."""

import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import duckdb

HEADERS = (
    "N° de saisine", "Association", "Convention", "Version", "Date saisine", "Qualité", "Département", "Tentatives", "Premier contact", "Issue",
    "Nb psy", "Nb jur", "Nb soc", "Mémo de vie", "Date clôture", "Date signature",
)  # fmt: skip
SESSION_HEADERS = ("N° de saisine", "Date", "Heure", "Nature", "Mode", "Statut")
FICHES = """
select association, list(row(written, null, convention, version, date_saisine, qualite, departement, tentatives, date_premier_contact, issue,
    nb_psy, nb_jur, nb_soc, null, date_cloture, received_on) order by fiche_id) as rows
from fiche where layout = 'classeur' and version = 1 group by association order by association"""
SESSIONS = """
select association, list(row(written, day, heure, nature, mode, session.statut) order by session_id) as rows
from session join fiche using (fiche_group_id) where version = 1 group by association"""
DAY_ZERO = date(1899, 12, 30)
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Saisines" sheetId="1" r:id="r1"/><sheet name="Entretiens" sheetId="2" r:id="r2"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="r3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="r4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    "xl/styles.xml": '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
}  # fmt: skip

Strings = dict[str, int]


def files(folder: Path) -> list[bytes]:
    """The workbooks of a saved year."""
    with duckdb.connect() as connection:
        for name in ("fiche", "session"):
            connection.execute(f"create view {name} as from '{folder}/{name}.parquet'").fetchall()
        sessions = dict(connection.execute(SESSIONS).fetchall())
        return [_book(rows, sessions.get(code, [])) for code, rows in connection.execute(FICHES).fetchall()]


def _book(fiches: list[Any], sessions: list[Any]) -> bytes:
    strings: Strings = {}
    sheets = [
        _sheet([HEADERS, *map(_cells, fiches)], strings),
        _sheet([SESSION_HEADERS, *map(_cells, sessions)], strings),
    ]
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, content)
        archive.writestr(
            "xl/sharedStrings.xml",
            f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{shared}</sst>',
        )
        for number, sheet in enumerate(sheets, 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", sheet)
    return out.getvalue()


def _cells(row: Any) -> tuple[Any, ...]:
    return tuple(row.values()) if isinstance(row, dict) else tuple(row)


def _sheet(rows: list[tuple[Any, ...]], strings: Strings) -> str:
    lines = [
        f'<row r="{number}">{"".join(_cell(value, f"{chr(65 + place)}{number}", strings) for place, value in enumerate(row) if value is not None)}</row>'
        for number, row in enumerate(rows, 1)
    ]
    return f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _cell(value: Any, place: str, strings: Strings) -> str:
    if isinstance(value, str):
        return f'<c r="{place}" t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="1"><v>{(value - DAY_ZERO).days}</v></c>'
    return f'<c r="{place}"><v>{value}</v></c>'
