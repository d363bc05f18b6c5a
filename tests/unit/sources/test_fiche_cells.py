"""What the cells of a fiche say, in every format that associations use: dates, hours, texts, formulas."""

import datetime
import io
import zipfile

import books
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from reading import OTHER, column, read

from etl.sources.fiches import BORDEREAU, CLASSEUR
from etl.sources.workbook import _with_parts


def test_dates_are_read_as_dates_texts_or_serial_numbers():
    rows = [books.session(date=date) for date in (datetime.date(2026, 3, 2), "2/3/26", 46083, "O2.03.2026")]
    assert column(read(books.classeur([books.saisine()], rows)).entretiens, "date") == ["2026-03-02"] * 4


def test_a_workbook_that_counts_from_1904_is_read_as_such():
    def old(book):
        book.epoch = CALENDAR_MAC_1904

    rows = [books.session(date=datetime.date(2026, 3, 2)), books.session(date=44621)]
    found = read(books.classeur([books.saisine()], rows, change=old))
    assert column(found.entretiens, "date") == ["2026-03-02"] * 2


def test_hours_are_read_as_times_texts_or_fractions():
    written = (datetime.time(14, 30), "14h30", 0.604166666, datetime.datetime(2026, 3, 2, 14, 30))  # noqa: DTZ001 - as a workbook tells it
    rows = [books.session(Heure=hour) for hour in written]
    assert column(read(books.classeur([books.saisine()], rows)).entretiens, "heure") == ["14:30"] * 4


def test_pitfall_28_identifiers_are_never_numbers():
    found = read(
        books.classeur([books.saisine(ref=260123, Département="02"), books.saisine(ref="000123", Département="2A")])
    )
    assert column(found.saisines, "saisine_ref") == ["260123", "000123"]
    assert column(found.saisines, "departement") == ["02", "2A"]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_is_read_in_any_usual_encoding_and_separator(separator, encoding):
    lines = [["N° de saisine", "Date de réception", "Issue", "Qualité"], [books.REF, "02/03/2026", "Réorienté", "Élu"]]
    content = "\r\n".join(separator.join(line) for line in lines).encode(encoding)
    found = read(content)
    assert found.layout == BORDEREAU
    assert column(found.saisines, "issue") == ["reoriente"]
    assert column(found.saisines, "qualite") == ["elu"]
    assert found.saisines.numbers == [2]


def test_a_csv_cell_may_hold_line_breaks_and_separators_in_quotes():
    content = f'N° de saisine;Issue;Commentaire\n{books.REF};refus;"dit ; ""non""\nle 3"\n{OTHER};refus;\n'.encode()
    found = read(content)
    assert column(found.saisines, "saisine_ref") == [books.REF, OTHER]
    assert found.saisines.numbers == [2, 3]


def test_an_ods_is_read_like_a_workbook():
    found = read(
        books.ods(
            {"Saisines": [["N° de saisine", "Issue"], [books.REF, "Injoignable"]], "Entretiens": [books.ENTRETIENS]}
        )
    )
    assert found.layout == CLASSEUR
    assert column(found.saisines, "issue") == ["injoignable"]


def test_a_formula_that_failed_is_no_blank_cell():
    sessions = [books.session(), books.session("#N/A", "03/03/2026"), books.session(Statut="#REF!")]
    found = read(books.classeur([books.saisine(**{"nb psy": "#DIV/0!"})], sessions))
    assert column(found.entretiens, "saisine_ref") == [books.REF, "#N/A", books.REF]
    assert column(found.entretiens, "statut") == ["honore", "honore", "ref"]
    assert column(found.saisines, "nb_psy") == ["!#DIV/0!"]


def test_a_formula_whose_result_is_not_in_the_file_is_no_blank_cell():
    sessions = [books.session(), books.session("=A2", "03/03/2026"), books.session(None, "04/03/2026")]
    found = read(books.classeur([books.saisine()], sessions))
    assert column(found.entretiens, "saisine_ref") == [books.REF, "#N/A", "#N/A"]


def test_a_formula_that_gave_nothing_is_a_blank_cell_and_one_that_gave_something_is_read():
    content = books.classeur([books.saisine()], [books.session(), books.session("=B2", "=B2")])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = "xl/worksheets/sheet2.xml"
        xml = archive.read(part).decode()
        told = xml.replace('<c r="A3"><f>B2</f><v></v>', '<c r="A3" t="str"><f>B2</f><v></v>')
        told = told.replace('<c r="B3"><f>B2</f><v></v>', '<c r="B3"><f>B2</f><v>46083</v>')
        assert told.count("<v></v>") == told.count("46083") == 1
        found = read(_with_parts(archive, {part: told.encode()}))
    assert column(found.entretiens, "saisine_ref") == [books.REF, books.REF]
    assert column(found.entretiens, "date") == ["2026-03-02", "2026-03-02"]


def test_a_formula_that_failed_is_no_blank_cell_of_an_ods():
    error = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
    content = books.ods({"F": [["N° de saisine", "Issue", "Nb psy"], [books.REF, "refus", "#N/A"]]})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("content.xml").decode()
        told = xml.replace('office:value-type="string"><text:p>#N/A', f"{error}><text:p>#N/A")
        assert told != xml
        content = _with_parts(archive, {"content.xml": told.encode()})
    assert column(read(content).saisines, "nb_psy") == ["!#N/A"]


def test_formulas_that_failed_below_the_table_are_no_rows():
    found = read(books.classeur([books.saisine(), books.saisine("#N/A", "#N/A"), books.saisine("#REF!", None)]))
    assert (found.saisines.numbers, found.saisines.ignored) == ([2], 2)
