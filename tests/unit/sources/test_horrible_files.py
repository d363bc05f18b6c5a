"""Files that are not what they say: each fails alone, in one French line that names it and says what to do."""

import io
import zipfile

import books
import pytest

from etl.model.errors import SaisinesError
from etl.sources.fiches import read_fiches
from etl.sources.workbook import MAX_CELLS

BOOK = books.classeur([books.saisine()], [books.session()])


def repacked(change):
    """The workbook with the parts that `change` gives in place of its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change.get(part, old.read(part)))
    return out.getvalue()


def far_cell(place):
    def put(book):
        books.page(book, "Saisines")[place] = "perdu"

    return books.classeur([books.saisine()], change=put)


def ods_repeated():
    content = books.ods({"Saisines": [["N° de saisine", "Issue"], [books.REF, "refus"]]})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            data = old.read(part)
            if part == "content.xml":
                data = data.replace(b"<table:table-row>", b'<table:table-row table:number-rows-repeated="900000">')
                data = data.replace(b"<table:table-cell ", b'<table:table-cell table:number-columns-repeated="900" ')
            new.writestr(part, data)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
FILES = {
    "a PDF named .xlsx": (b"%PDF-1.7\n%\xe2\xe3", "c’est un PDF"),
    "a web page named .xls": (b"<html><table><tr><td>1</td></tr></table></html>", "c’est une page web"),
    "a photo": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "c’est une photo"),
    "nothing": (b"", "c’est un fichier vide"),
    "blank lines": (b"\r\n  \r\n", "c’est un fichier vide"),
    "a truncated workbook": (BOOK[: len(BOOK) // 2], "classeur illisible, coupé ou abîmé"),
    "a workbook without its end": (BOOK[:-30], "classeur illisible, coupé ou abîmé"),
    "a workbook with a damaged sheet": (repacked({SHEET: b"<worksheet><sheetData><row r='1'>"}), "classeur illisible"),
    "a zip that is no workbook": (repacked({"xl/workbook.xml": b"<nothing/>"}), "classeur illisible"),
    "an old workbook cut": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "classeur illisible"),
    "a zip bomb": (repacked({SHEET: b" " * (1 << 27)}), "classeur démesuré"),
    "a cell at the end of the world": (far_cell("XFD1048576"), "supprimez celles qui sont vides"),
    "a cell far below": (far_cell("ZZ90000"), "supprimez celles qui sont vides"),
    "an ODS that repeats itself": (ods_repeated(), "supprimez celles qui sont vides"),
    "binary named .csv": (bytes(range(256)) * 8, "ce n’est pas un CSV"),
    "a quote never closed": (
        f'N° de saisine;Issue\n{books.REF};"refus\n{books.REF};refus\n'.encode(),
        "guillemet ouvert",
    ),
    "a CSV without its header": (f"{books.REF};refus\n".encode(), "aucune feuille n’a les titres"),
}


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_is_not_what_it_says_fails_in_one_line(what):
    content, said = FILES[what]
    with pytest.raises(SaisinesError) as refusal:
        read_fiches(content, "fiches/AAV001/t1.xlsx")
    message = refusal.value.message
    assert message.startswith("fiches/AAV001/t1.xlsx : ")
    assert said in message
    assert "\n" not in message
    assert ";" in message, "it says what to do"


def test_a_stray_cell_within_reason_costs_nothing():
    assert read_fiches(far_cell("BZ5000"), "t1.xlsx").saisines.numbers == [2]


def test_a_large_honest_workbook_is_read():
    rows = [books.saisine(f"FV26-{n:06d}-W") for n in range(4000)]
    assert len(books.SAISINES) * len(rows) < MAX_CELLS
    assert len(read_fiches(books.classeur(rows), "t1.xlsx").saisines.numbers) == 4000


def test_an_error_of_ours_is_not_taken_for_a_damaged_file(monkeypatch):
    def broken(*_):
        raise AttributeError("ours")

    monkeypatch.setattr("etl.sources.workbook._sheet", broken)
    with pytest.raises(AttributeError):
        read_fiches(BOOK, "t1.xlsx")
