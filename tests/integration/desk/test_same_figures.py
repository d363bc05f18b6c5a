"""One home, one statement, all that finance and coordination are shown or given of it: the same figures, to the cent."""

import csv
import html
import io
import re
import zipfile

import openpyxl
import pytest
from finance.figures import amount_after, cents, printed
from finance.stated import finalise, line, statement
from lxml import etree

from etl.web import access
from tests.unit.web.conftest import PEOPLE

from .conftest import SECRET

LINES = [
    line(cents=5500),
    line(association="AAV002", saisine="FV26-000124-U", cents=9001),
    line(association="AAV002", saisine="FV26-000124-U", nth=2, prestation="JUR", cents=3350),
    line(association="AAV003", saisine="FV26-000125-S", cents=123_456_78),
]
TAKEN_BACK = [line(kind="regularisation", cents=-5500, corrects="ER-CALAE-2026-T1-0001", base_cents=0)]


def _made(home, lines, carried):
    """A statement of the lines; one that corrects another comes after it."""
    if any(one["corrects"] for one in lines):
        finalise(home, statement([line(cents=5500)]))
        return statement(lines, carried=carried, quarter="2026-T2", cutoff="2026-07-15")
    return statement(lines, carried=carried)


def _asked(desk, name, path):
    answered = desk.get(path, headers={"x-account": name})
    assert answered.status_code == 200, path
    return answered


def _cells(page, row):
    """The words of the cells of the table row that begins with a header."""
    found = re.search(rf'<tr><th scope="row">{row}\b.*?</tr>', page, re.DOTALL)
    assert found, row
    return [html.unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", found[0])]


@pytest.mark.parametrize("account", ["camille", "farida"])
@pytest.mark.parametrize(
    ("lines", "carried"), [(LINES, {}), (LINES, {"AAV001": -9000, "AAV003": -4000}), (TAKEN_BACK, {"AAV002": -1})]
)
def test_the_pages_and_every_document_of_a_statement_say_the_same(home, desk, lines, carried, account):
    made = _made(home, lines, carried)
    finalise(home, made)
    total, payees = made["total_cents"], {one["code"]: one for one in made["payees"]}
    payable = sum(one["payable_cents"] for one in payees.values())
    listed = _asked(desk, account, "/releves").text
    address = re.search(rf'href="(/releves/{made["quarter"]}/CALAE/[0-9a-f]{{64}})"', listed)[1]

    page = _asked(desk, account, address).text
    assert cents(re.search(r'<dd class="figure">([^<]*€)</dd>', page)[1]) == total
    assert cents(re.search(r'<p class="sum">[^<]*<strong>([^<]*)</strong>', page)[1]) == total
    shown = {code: [cents(cell) for cell in _cells(page, code)[:4]] for code in payees}
    names = ("total_cents", "carried_in_cents", "payable_cents", "carried_out_cents")
    assert shown == {code: [one[name] for name in names] for code, one in payees.items()}
    totals = re.findall(r'data-label="Total"><strong>([^<]*)</strong>', listed)
    assert total in map(cents, totals)

    data = _asked(desk, account, f"{address}/releve.json").json()
    assert (data["total_cents"], data["payees"]) == (total, made["payees"])
    assert sum(one["amount_cents"] for one in data["lines"]) == total
    rows = csv.DictReader(
        io.StringIO(_asked(desk, account, f"{address}/lignes.csv").text.lstrip("\ufeff")), delimiter=";"
    )
    assert sum(cents(row["montant"]) for row in rows) == total

    book = openpyxl.load_workbook(io.BytesIO(_asked(desk, account, f"{address}/releve.xlsx").content), data_only=True)
    synthesis = {row[0]: row[3] for row in book["Synthèse"].iter_rows(values_only=True) if row[3] is not None}
    assert round(synthesis["Total du relevé"] * 100) == total
    assert round(synthesis["À payer"] * 100) == payable
    assert {row[3] for row in book["Contrôles"].iter_rows(min_row=6, values_only=True)} == {"Conforme"}

    text = printed(_asked(desk, account, f"{address}/releve.pdf").content)
    assert amount_after(text, "Total du relevé") == total
    assert amount_after(text, "À payer") == payable
    notes = zipfile.ZipFile(io.BytesIO(_asked(desk, account, f"{address}/notes.zip").content))
    due = {
        name.removeprefix("notes/")[:6]: amount_after(printed(notes.read(name)), "À payer") for name in notes.namelist()
    }
    assert due == {code: one["payable_cents"] for code, one in payees.items()}
    entries = _asked(desk, account, f"{address}/ecritures.txt").text.split("\r\n")[1:-1]
    charge = [row.split("\t") for row in entries if row.split("\t")[4].startswith("6")]
    assert sum(cents(row[11]) - cents(row[12]) for row in charge) == total


def test_the_batch_sent_is_what_the_page_says_was_sent(home, desk):
    finalise(home, statement(LINES, carried={"AAV003": -4000}))
    address = re.search(r'href="(/releves/2026-T1/CALAE/[0-9a-f]{64})"', _asked(desk, "farida", "/releves").text)[1]
    jeton = access.token(SECRET, access.Visitor("farida", PEOPLE["farida"]))
    desk.post(f"{address}/payer", data={"jeton": jeton}, headers={"x-account": "farida"})
    sent = etree.fromstring(_asked(desk, "farida", f"{address}/virements/1").content)
    page = _asked(desk, "farida", address).text
    told = re.search(r"Transmis à la banque <strong>(\d+)</strong>, ([^<]*)</span>", page)
    assert cents(told[2]) == cents(sent.findtext(".//{*}GrpHdr/{*}CtrlSum"))
    assert int(told[1]) == int(sent.findtext(".//{*}GrpHdr/{*}NbOfTxs"))
