"""The statement's workbook: right without recalculation, safe to open, the same bytes for the same data."""

import io
import re
import shutil
import subprocess
import time
import tracemalloc
import zipfile

import openpyxl
import pytest
from statements import large_snapshot, snapshot

from reports.workbook import render_workbook

SHEETS = ["Synthèse", "Associations", "Détail", "Régularisations", "Non payé", "Écarts", "Barème", "Contrôles"]
INJECTIONS = [
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "＝1+1",
    '=HYPERLINK("http://x.example";"x")',
    "=cmd|'/c calc'!A0",
    "|x",
    "%0A=1",
]


def read(content, data_only=True):
    return openpyxl.load_workbook(io.BytesIO(content), data_only=data_only)


def labelled(sheet, label):
    """The last value of the row whose first cell is the label."""
    for row in sheet.iter_rows(values_only=True):
        if row[0] == label:
            return next(value for value in reversed(row) if value is not None)
    raise AssertionError(label)


def test_it_has_the_sheets_of_the_contract_in_order():
    assert read(render_workbook(snapshot())).sheetnames == SHEETS


def test_a_reader_that_does_not_calculate_sees_the_totals_of_the_data():
    data = snapshot()
    book = read(render_workbook(data))
    payees = data["statement"]["payees"]
    assert labelled(book["Synthèse"], "Total du relevé") == pytest.approx(data["statement"]["total_cents"] / 100)
    assert labelled(book["Synthèse"], "À payer") == pytest.approx(sum(p["payable_cents"] for p in payees) / 100)
    assert {row[3] for row in book["Contrôles"].iter_rows(min_row=6, values_only=True)} == {"Conforme"}


def test_every_formula_has_its_value_beside_it():
    content = render_workbook(snapshot())
    formulas, values = read(content, data_only=False), read(content)
    seen = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    seen += 1
                    assert values[sheet.title][cell.coordinate].value is not None, (sheet.title, cell.coordinate)
    assert seen > 100


def test_the_same_data_gives_the_same_bytes():
    assert render_workbook(snapshot()) == render_workbook(snapshot())


def test_each_payee_is_paid_what_the_data_says():
    data = snapshot()
    rows = {row[0]: row for row in read(render_workbook(data))["Associations"].iter_rows(min_row=6, values_only=True)}
    for payee in data["statement"]["payees"]:
        expected = (payee["payable_cents"] / 100, payee["carried_out_cents"] / 100)
        assert rows[payee["code"]][12:14] == pytest.approx(expected)


def test_an_association_that_closed_is_paid_through_its_successor():
    rows = {row[0]: row for row in read(render_workbook(snapshot()))["Associations"].iter_rows(values_only=True)}
    assert rows["AAV011"][8] == 202.5
    assert rows["AAV011"][9] == "AAV012"
    assert rows["AAV011"][11] == 0
    assert rows["AAV012"][11] == 682


def test_dates_are_dates_and_amounts_are_numbers():
    sheet = read(render_workbook(snapshot()))["Détail"]
    first = sheet[7]
    assert first[6].is_date
    assert first[6].number_format.startswith("dd/mm/yyyy")
    assert isinstance(first[10].value, int | float)


def test_the_detail_filters_from_its_header_which_stays_in_sight():
    sheet = read(render_workbook(snapshot()))["Détail"]
    assert sheet.freeze_panes == "E7"
    assert sheet.auto_filter.ref == f"A6:M{6 + 116}"
    assert sheet.print_title_rows == "$6:$6"
    assert sheet.print_area


def test_what_is_not_paid_gives_its_reason_in_words():
    reasons = {row[6] for row in read(render_workbook(snapshot()))["Non payé"].iter_rows(min_row=6, values_only=True)}
    assert "Le coordinateur a refusé le paiement de cette saisine." in reasons


def test_adjustments_name_the_statement_they_correct():
    sheet = read(render_workbook(snapshot()))["Régularisations"]
    assert [row[9] for row in sheet.iter_rows(min_row=6, values_only=True)] == ["ER-CALAE-2026-T1-0001"] * 3


def test_the_document_carries_what_the_contract_asks():
    data = snapshot()
    cells = {row[0]: row[1] for row in read(render_workbook(data))["Synthèse"].iter_rows(values_only=True) if row[0]}
    assert cells["Relevé"] == "ER-CALAE-2026-T2-0002"
    assert cells["Finalisé le"] == "20/07/2026"
    assert cells["À payer au plus tard le"] == "19/08/2026"
    assert cells["Arrêté au"] == "15/07/2026"
    assert cells["Empreinte du relevé"] == data["statement"]["digest"]
    assert cells["Version du fichier de convention"] == data["convention"]["fingerprint"]
    assert "Montants d’exemple" in cells["Montants"]


def test_amounts_that_are_not_examples_are_not_said_to_be():
    data = snapshot()
    data["convention"]["exemple"] = False
    shared = b"".join(
        zipfile.ZipFile(io.BytesIO(render_workbook(data))).read(f"xl/worksheets/sheet{i}.xml") for i in (1, 3)
    )
    assert b"exemple : aucun" not in shared


@pytest.mark.parametrize("text", INJECTIONS)
def test_text_from_outside_never_starts_a_formula(text):
    data = snapshot()
    data["associations"]["AAV002"]["nom"] = text
    data["statement"]["discrepancies"][0]["detail"] = text
    data["sentences"]["REFUSED"] = text
    for sheet in read(render_workbook(data), data_only=False):
        for row in sheet.iter_rows():
            for cell in row:
                ours = cell.data_type == "f" and text not in str(cell.value)
                assert (
                    ours
                    or not str(cell.value or "").lstrip().startswith(("=", "+", "-", "@", "＝", "|", "%"))
                    or isinstance(cell.value, int | float)
                )


def test_negative_amounts_stay_numbers():
    data = snapshot("amf_2026_t1_negatif", "AMF", "2026-T1")
    book = read(render_workbook(data))
    assert labelled(book["Synthèse"], "Total du relevé") == -25
    assert labelled(book["Synthèse"], "À payer") == 0
    assert book["Détail"]["K7"].value == -25


@pytest.mark.parametrize(
    "name", ["Æ Œ ÿ Ç É À Ù ï ô « œuvre »", "Aide & Écoute <Nord>", "Soleil ☀️ 🫶", "x\x00\x0b\ud83d y", "N" * 40_000]
)
def test_any_name_can_be_written(name):
    data = snapshot()
    data["associations"]["AAV002"]["nom"] = name
    data["federation"]["nom"] = name
    written = read(render_workbook(data))["Associations"]["B7"].value
    assert written == re.sub("[\x00\x0b\ud83d]", " ", name)[:32_000]


def test_a_statement_with_nothing_is_a_workbook_that_opens():
    data = snapshot()
    data["statement"] |= {
        "lines": [],
        "payees": [],
        "not_paid": [],
        "discrepancies": [],
        "associations": [],
        "total_cents": 0,
    }
    book = read(render_workbook(data))
    assert labelled(book["Synthèse"], "Total du relevé") == 0
    assert book["Non payé"]["A6"].value == "Tous les actes connus sont payés."


def test_a_wrong_control_is_said():
    data = snapshot()
    data["statement"]["total_cents"] += 1
    verdicts = [row[3] for row in read(render_workbook(data))["Contrôles"].iter_rows(min_row=6, values_only=True)]
    assert verdicts[:2] == ["À corriger", "À corriger"]


@pytest.mark.long
def test_fifty_thousand_lines_take_less_than_a_minute_and_200_megabytes():
    data = large_snapshot(50_000)
    tracemalloc.start()
    render_workbook(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    started = time.perf_counter()
    content = render_workbook(data)
    assert time.perf_counter() - started < 60
    assert peak < 200_000_000
    assert len(content) < 10_000_000


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_a_spreadsheet_that_recalculates_finds_the_same_values(tmp_path):
    content = render_workbook(snapshot())
    blank = tmp_path / "blank.xlsx"
    read(content, data_only=False).save(blank)  # openpyxl writes formulas without values
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        tmp_path / "out",
        blank,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    ours, theirs = read(content), openpyxl.load_workbook(tmp_path / "out" / "blank.xlsx", data_only=True)
    for title in ("Synthèse", "Associations", "Contrôles"):
        for mine, found in zip(
            ours[title].iter_rows(values_only=True), theirs[title].iter_rows(values_only=True), strict=False
        ):
            for a, b in zip(mine, found, strict=False):
                assert a == (pytest.approx(b) if isinstance(b, int | float) else b)
