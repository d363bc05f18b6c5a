"""Journal entries: the law's eighteen columns, balanced, in the convention's accounts, equal to the statement."""

from datetime import date

import pytest
from statements import convention, snapshot

from etl.model.errors import SaisinesError
from reports.fec import Entry, Movement, accrual_entries, file_name, payment_entries, render_fec, statement_entries
from reports.fec_rules import COLUMNS, fec_errors


def rows(content):
    lines = content.decode().split("\r\n")
    return [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines[1:-1]]


def cents(text):
    return int(text.replace(",", ""))


def test_a_statement_s_entries_follow_the_law_s_layout():
    content = render_fec(statement_entries(snapshot()))
    assert fec_errors(content) == []
    assert content.decode().split("\r\n")[0].split("\t") == list(COLUMNS)


def test_the_same_statement_gives_the_same_bytes():
    assert render_fec(statement_entries(snapshot())) == render_fec(statement_entries(snapshot()))


def test_the_charge_is_the_statement_s_total_and_each_payee_has_its_own():
    data = snapshot()
    found = rows(render_fec(statement_entries(data)))
    charges = [row for row in found if row["CompteNum"] == "6571"]
    assert [cents(row["Debit"]) for row in charges] == [data["statement"]["total_cents"]]
    thirds = {row["CompAuxNum"]: cents(row["Credit"]) - cents(row["Debit"]) for row in found if row["CompAuxNum"]}
    assert thirds == {row["code"]: row["total_cents"] for row in data["statement"]["payees"] if row["total_cents"]}


def test_a_payee_that_owes_stands_at_the_debit():
    found = {row["CompAuxNum"]: row for row in rows(render_fec(statement_entries(snapshot())))}
    assert found["AAV003"]["Debit"] == "92,50"
    assert found["AAV003"]["Credit"] == "0,00"


def test_a_statement_of_only_negatives_credits_the_charge():
    data = snapshot("amf_2026_t1_negatif", "AMF", "2026-T1")
    charge, third = rows(render_fec(statement_entries(data)))
    assert charge["Credit"] == third["Debit"] == "25,00"


def test_accounts_are_those_of_the_convention_s_file():
    found = rows(render_fec(statement_entries(snapshot("enseigne_2026_t2", "ENSEIGNE"))))
    assert {row["CompteNum"] for row in found} == {"611", "401"}


def test_a_payment_empties_what_the_statement_filled():
    data = snapshot()
    paid = {row["code"]: row["payable_cents"] for row in data["statement"]["payees"] if row["payable_cents"]}
    entries = statement_entries(data) + payment_entries(
        data, "ER-CALAE-2026-T2-0002-L01", paid, date(2026, 8, 19), None
    )
    found = rows(render_fec(entries))
    balances = {}
    for row in found:
        if row["CompAuxNum"]:
            balances[row["CompAuxNum"]] = (
                balances.get(row["CompAuxNum"], 0) + cents(row["Credit"]) - cents(row["Debit"])
            )
    assert {code: left for code, left in balances.items() if left} == {"AAV001": -5500, "AAV003": -9250}
    assert [row["Credit"] for row in found if row["CompteNum"] == "512"] == ["6924,13"]
    assert {row["EcritureNum"] for row in found} == {"1", "2"}


def test_a_draft_makes_no_entry():
    with pytest.raises(SaisinesError, match="finalis"):
        statement_entries(snapshot(status="soumis"))


def test_a_statement_with_nothing_makes_no_entry():
    data = snapshot()
    data["statement"] |= {"payees": [], "lines": []}
    assert statement_entries(data) == []


def test_the_year_end_accrual_is_taken_back_on_new_year_s_day_and_is_to_be_reviewed():
    entries = accrual_entries(convention("CALAE"), 2026, known_cents=120_000, missing_cents=45_050)
    found = rows(render_fec(entries))
    assert (
        sum(cents(row["Debit"]) for row in found if row["EcritureDate"] == "20261231" and row["CompteNum"] == "6571")
        == 165_050
    )
    assert (
        sum(cents(row["Credit"]) for row in found if row["EcritureDate"] == "20270101" and row["CompteNum"] == "6571")
        == 165_050
    )
    assert {row["CompteNum"] for row in found} == {"6571", "4686"}
    assert all("à vérifier" in row["EcritureLib"] and not row["ValidDate"] for row in found)


def test_a_priced_convention_accrues_as_invoices_to_come():
    found = rows(render_fec(accrual_entries(convention("ENSEIGNE"), 2026, 100, 0)))
    assert {row["CompteNum"] for row in found} == {"611", "4081"}


def test_nothing_to_accrue_makes_no_entry():
    assert accrual_entries(convention("CALAE"), 2026, 0, 0) == []


def test_names_lose_what_would_break_the_layout():
    data = snapshot()
    data["associations"]["AAV002"]["nom"] = "=Aide\t& |Écoute\r\n<Nord> 🫶"
    found = {row["CompAuxNum"]: row for row in rows(render_fec(statement_entries(data)))}
    assert found["AAV002"]["CompAuxLib"] == "Aide & Écoute <Nord> 🫶"


def test_a_convention_without_its_accounts_is_refused():
    data = snapshot()
    data["convention"]["comptes"] = {"charge": "6571"}
    with pytest.raises(SaisinesError, match="tiers, banque"):
        statement_entries(data)


def test_the_file_is_named_as_the_law_says():
    assert file_name("99009900400014", date(2026, 12, 31)) == "990099004FEC20261231.txt"


def entry(*movements, on=date(2026, 7, 20), validated_on=date(2026, 7, 20)):
    return Entry("REG", on, "X", on, "X", tuple(Movement(*movement) for movement in movements), validated_on)


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ([entry(("6571", 100), ("467", -99))], "diffèrent"),
        ([entry(("65", 100), ("467", -100))], "trois chiffres"),
        ([entry(("6571", 0), ("467", 0))], "débit ou au crédit"),
        ([entry(("6571", 1), ("467", -1)), entry(("6571", 1), ("467", -1), validated_on=date(2026, 7, 1))], "ordre"),
    ],
)
def test_what_breaks_a_rule_is_refused(entries, rule):
    with pytest.raises(SaisinesError, match=rule):
        render_fec(entries)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda text: text.replace("JournalCode", "Journal"), "18 colonnes"),
        (lambda text: text.replace("20260720", "20260732"), "AAAAMMJJ"),
        (lambda text: text.replace("6776,63", "6776.63"), "virgule"),
        (lambda text: text.replace("\tAAV002\t", "\t\t"), "vont ensemble"),
        (lambda text: text.replace("REG\t", "\t"), "vide"),
        (lambda text: text.replace("\t1\t", "\t3\t"), "continue"),
        (lambda text: text.replace("Banque", "Ban\tque").replace("AAV002", "AAV\t002"), "champs"),
    ],
)
def test_the_validator_sees_each_broken_rule(change, rule):
    content = render_fec(statement_entries(snapshot())).decode()
    assert rule in " ".join(fec_errors(change(content).encode()))
