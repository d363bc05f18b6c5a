"""The documents of one statement say the same total, to the cent; the order to repay is for what cannot be recovered."""

import io
import re
from datetime import date, datetime

import openpyxl
import pytest
from statements import large_snapshot, snapshot

from reports.fec import render_fec, statement_entries
from reports.note import note_data
from reports.payment import render_payment
from reports.releve_pdf import statement_data
from reports.repayment import render_repayment, repayment_data
from reports.workbook import render_workbook

CASES = [
    ("calae_2026_t2", "CALAE", "2026-T2"),
    ("enseigne_2026_t2", "ENSEIGNE", "2026-T2"),
    ("amf_2026_t1_negatif", "AMF", "2026-T1"),
]


def cents(written):
    return int(re.sub(r"[^0-9-]", "", written.replace("−", "-")))


NAMES = [
    "Éàâçèêëîïôûùüÿœæ d’Été & <Écoute> 🫶",
    "ÀÂÇÉÈÊËÎÏÔÛÙÜŸŒÆ – « Aide » {#set} $x$ @y",
    "é" * 71,
    "=SOMME(A1)",
    "A" * 70,
    "A" * 300,
]


@pytest.mark.parametrize("case", CASES)
def test_every_document_of_a_statement_has_its_total_to_the_cent(case):
    _agree(snapshot(*case))


def test_names_of_any_kind_change_no_total():
    data = snapshot()
    for place, known in enumerate(data["associations"].values()):
        known["nom"] = known["titulaire"] = NAMES[place % len(NAMES)]
    _agree(data)


@pytest.mark.long
def test_twenty_thousand_lines_agree_to_the_cent():
    data = large_snapshot(20_000)
    iban, bic = data["federation"]["iban"], data["federation"]["bic"]
    for known in data["associations"].values():
        known |= {"iban": iban, "bic": bic}
    _agree(data)


def _agree(data):
    statement = data["statement"]
    total, payable = statement["total_cents"], sum(row["payable_cents"] for row in statement["payees"])
    synthesis = openpyxl.load_workbook(io.BytesIO(render_workbook(data)), data_only=True)["Synthèse"]
    rows = {row[0]: row[3] for row in synthesis.iter_rows(values_only=True) if row[3] is not None}
    assert round(rows["Total du relevé"] * 100) == total
    assert round(rows["À payer"] * 100) == payable
    assert cents(statement_data(data)["highlights"][0]["value"]) == total
    notes = [note_data(data, row) for row in statement["payees"]]
    assert sum(cents(note["settlement"][0][1]) for note in notes) == total
    assert sum(cents(note["highlights"][0]["value"]) for note in notes) == payable
    assert _charge(data) == total
    assert _paid(data) == payable


def _charge(data):
    lines = [line.split("\t") for line in render_fec(statement_entries(data)).decode().split("\r\n")[1:-1]]
    account = data["convention"]["comptes"]["charge"]
    return sum(cents(line[11]) - cents(line[12]) for line in lines if line[4] == account)


def _paid(data):
    payees = [{**data["associations"][row["code"]], **row} for row in data["statement"]["payees"]]
    made_at = datetime(2026, 7, 20)  # noqa: DTZ001
    number = data["statement"]["number"]
    return render_payment(number, 1, data["federation"], payees, date(2026, 8, 19), made_at).total_cents


def test_an_order_to_repay_says_how_much_to_whom_and_why():
    data = snapshot("amf_2026_t1_negatif", "AMF", "2026-T1")
    printed = repayment_data(data, "AAV015", 2500, "La convention est close : aucun relevé ne suivra.")
    assert cents(printed["highlights"][0]["value"]) == 2500
    assert "FR76" in printed["payment"]
    assert printed["payee"]["role"] == "Débiteur"
    content = render_repayment(data, "AAV015", 2500, "La convention est close : aucun relevé ne suivra.")
    assert content == render_repayment(data, "AAV015", 2500, "La convention est close : aucun relevé ne suivra.")


def test_an_order_to_repay_nothing_is_not_made():
    with pytest.raises(ValueError, match="positive"):
        render_repayment(snapshot(), "AAV015", 0, "x")
