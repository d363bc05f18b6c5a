"""The books: what a statement owes, what the bank did of it, what was repaid; balanced, and each payee's account follows."""

from datetime import UTC, date, datetime, timedelta

import pytest

from etl.engine.compute import CheckError
from etl.jobs.issuing import entries, repayments
from etl.jobs.payment import pay, payment_list
from etl.model.errors import SaisinesError
from etl.warehouse.server import connect
from reports.fec_rules import COLUMNS, fec_errors

from .stated import AT, answer, finalise, line, statement

LINES = [line(cents=5500), line(association="AAV002", saisine="FV26-000124-U", cents=9000)]
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
ANSWERED = datetime(2026, 7, 23, 8, 0, tzinfo=UTC)


def rows(content):
    assert fec_errors(content) == []
    return [dict(zip(COLUMNS, text.split("\t"), strict=True)) for text in content.decode().split("\r\n")[1:-1]]


def cents(text):
    return int(text.replace(",", ""))


def written(home, since=YEAR[0], until=YEAR[1], **more):
    return rows(entries.run(home, since, until, **more).file.read_bytes())


def balances(found, account="467"):
    """What stands on each payee's account: credit less debit."""
    totals = {}
    for row in found:
        if row["CompteNum"] == account:
            totals[row["CompAuxNum"]] = totals.get(row["CompAuxNum"], 0) + cents(row["Credit"]) - cents(row["Debit"])
    return totals


def paid(home, made=None):
    number = finalise(home, made or statement(LINES))
    batch = pay.run(home, "2026-T1", "CALAE", "finance", home / "virements", AT)[0]
    return number, batch


def returned(home, number, batch, *states):
    file = home / "reponse.xml"
    file.write_bytes(answer(batch.file.stem, *((f"{number}-{payee}-1", state, code) for payee, state, code in states)))
    return pay.take_answer(home, file, "finance", ANSWERED)


def test_what_is_paid_empties_the_account_that_the_statement_filled(home):
    number, batch = paid(home)
    found = written(home)
    assert balances(found) == {"AAV001": 0, "AAV002": 0}
    bank = [row for row in found if row["CompteNum"] == "512"]
    assert [cents(row["Credit"]) for row in bank] == [batch.total_cents] == [14500]
    assert bank[0]["PieceRef"] == f"{number}-L01"
    assert bank[0]["ValidDate"] == ""  # the bank has not answered yet


def test_a_batch_is_validated_the_day_the_bank_answered_all_of_it(home):
    number, batch = paid(home)
    returned(home, number, batch, ("AAV001", "ACSC", ""))
    assert [row["ValidDate"] for row in written(home) if row["CompteNum"] == "512"] == [""]
    returned(home, number, batch, ("AAV002", "ACSC", ""))
    assert [row["ValidDate"] for row in written(home) if row["CompteNum"] == "512"] == ["20260723"]


def test_a_transfer_that_came_back_is_owed_again_and_paid_by_the_next_batch(home):
    number, batch = paid(home)
    returned(home, number, batch, ("AAV001", "ACSC", ""), ("AAV002", "RJCT", "AC04"))
    found = written(home)
    assert balances(found) == {"AAV001": 0, "AAV002": 9000}
    back = [row for row in found if row["EcritureLib"].startswith("Virement rejeté")]
    assert {row["PieceRef"] for row in back} == {f"{number}-AAV002-1"}
    assert "AC04" in back[0]["EcritureLib"]
    second = pay.run(home, "2026-T1", "CALAE", "finance", home / "virements", ANSWERED)[0]
    assert second.total_cents == 9000
    assert balances(written(home)) == {"AAV001": 0, "AAV002": 0}


def test_an_answer_taken_again_or_late_never_puts_a_returned_transfer_back(home):
    number, batch = paid(home)
    returned(home, number, batch, ("AAV002", "RJCT", "AC04"))
    pay.run(home, "2026-T1", "CALAE", "finance", home / "virements", ANSWERED)
    assert returned(home, number, batch, ("AAV002", "ACSC", "")) == {}
    states = {row["payee"]: row["state"] for row in payment_list.run(home, "2026-T1", "CALAE")}
    assert states == {"AAV001": "transmis à la banque", "AAV002": "transmis à la banque"}


def test_a_payee_paid_by_cheque_is_no_longer_to_be_paid(home):
    number = finalise(home, statement(LINES))
    payment_list.tell(home, number, "AAV002", "paye", "finance", "chèque 0001234", AT)
    batch = pay.run(home, "2026-T1", "CALAE", "finance", home / "virements", AT)[0]
    assert batch.total_cents == 5500
    found = written(home)
    assert balances(found) == {"AAV001": 0, "AAV002": 0}
    assert "à vérifier" in next(row for row in found if "à la main" in row["EcritureLib"])["EcritureLib"]
    with pytest.raises(SaisinesError, match="rien n’est à payer"):
        pay.paid_apart(home, number, "AAV002", "finance", "encore", AT)


def test_a_transfer_that_came_back_is_told_by_hand(home):
    number, _ = paid(home)
    payment_list.tell(home, number, "AAV001", "rejete", "finance", "relevé de compte du 24/07", ANSWERED)
    assert balances(written(home)) == {"AAV001": 5500, "AAV002": 0}
    with pytest.raises(SaisinesError, match="rien ne peut revenir"):
        payment_list.tell(home, number, "AAV001", "rejete", "finance", "encore", ANSWERED)


def negative(home):
    """A statement, then one that takes all of it back from an association that has gone without successor."""
    first = finalise(home, statement([line(association="AAV003", cents=11000)]))
    back = line(association="AAV003", kind="regularisation", corrects=first, cents=-11000, base_cents=0)
    return finalise(home, statement([back], quarter="2026-T2", cutoff="2026-07-15"))


def test_an_order_to_repay_says_what_the_receivables_hold_and_stands_until_settled(home):
    number = negative(home)
    (order,) = repayments.run(home)
    assert (order.number, order.payee, order.amount_cents) == (number, "AAV003", 11000)
    assert order.file.read_bytes().startswith(b"%PDF")
    assert "sans successeur" in order.why
    assert repayments.settle(home, number, "AAV003", "finance", "virement reçu le 24/07", ANSWERED) == 11000
    assert repayments.run(home) == []
    assert [one.settled_on is not None for one in repayments.run_list(home)] == [True]
    with pytest.raises(SaisinesError, match="soldé"):
        repayments.settle(home, number, "AAV003", "finance", "encore", ANSWERED)


def test_a_sum_repaid_empties_the_account(home):
    number = negative(home)
    pay.run(home, "2026-T1", "CALAE", "finance", home / "virements", AT)
    assert balances(written(home)) == {"AAV003": -11000}
    repayments.settle(home, number, "AAV003", "finance", "virement reçu", ANSWERED)
    found = written(home)
    assert balances(found) == {"AAV003": 0}
    assert [cents(row["Debit"]) for row in found if row["CompteNum"] == "512"] == [0, 11000]


def test_a_period_holds_the_entries_of_its_days_alone(home):
    paid(home)
    assert {row["EcritureDate"] for row in written(home, date(2026, 7, 20), date(2026, 7, 20))} == {"20260720"}
    with pytest.raises(SaisinesError, match="Aucune écriture"):
        entries.run(home, date(2025, 1, 1), date(2025, 12, 31))
    with pytest.raises(SaisinesError, match="précède"):
        entries.run(home, YEAR[1], YEAR[0])


def test_entries_of_several_conventions_are_one_numbered_file(home):
    paid(home)
    finalise(home, statement([line(saisine="FV26-000200-A", cents=100)], convention="AMF"), AT + timedelta(minutes=1))
    found = written(home)
    assert sorted({int(row["EcritureNum"]) for row in found}) == [1, 2, 3]
    assert {row["EcritureNum"] for row in written(home, convention="AMF")} == {"1"}


def test_what_does_not_add_up_is_found_by_the_checks(home):
    number, _ = paid(home)
    with connect(home) as engine, engine.connect() as connection:
        from etl.warehouse import payments, statements

        key = statements.load_statement(connection, number)["statement_id"]
        pay.check(connection, key)
        payments.save_payee_state(connection, key, "AAV001", "a_payer", None, AT)
        with pytest.raises(CheckError, match="statement_is_paid_or_waits"):
            pay.check(connection, key)
        connection.rollback()
