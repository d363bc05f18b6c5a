"""The year's end: what is known and on no statement of the year, what missing fiches may bring; entries to review."""

from datetime import date
from fractions import Fraction

from etl.jobs.issuing import accrual
from etl.model.money import round_half_up
from reports.fec_rules import fec_errors

from .quarters import figures, instant, saisines, settle, take_in

JANUARY = instant(date(2027, 1, 20))


def calae(made):
    return next(one for one in made.provisions if one.convention == "CALAE")


def entries(made):
    content = made.entries.read_bytes()
    assert fec_errors(content) == []
    return [line.split("\t") for line in content.decode().split("\r\n")[1:-1]]


def test_what_no_statement_holds_and_what_missing_fiches_may_bring(home):
    rows = saisines("2026-T3", 40, 1)
    take_in(home, "2026-T3", rows)
    made = accrual.run(home, 2026, JANUARY)
    one = calae(made)
    assert (one.opened, one.missing) == (40, sum(row["issue"] is None for row in rows))
    assert one.returned == one.opened - one.missing
    assert (one.known_cents, one.stated_cents) == (one.cost_cents, 0)
    assert one.known_acts > 0
    assert one.estimated_cents == round_half_up(Fraction(one.missing * one.cost_cents, one.opened))
    found = entries(made)
    assert all("à vérifier" in row[10] and row[15] == "" for row in found)
    closing = [row for row in found if row[3] == "20261231" and row[4] == "6571"]
    assert sum(int(row[11].replace(",", "")) for row in closing) == one.known_cents + one.estimated_cents
    shown = {row[0]: row for row in figures(made.workbook.read_bytes())["Provisions"][5:]}
    assert round(shown["CALAE"][-1] * 100) == one.known_cents + one.estimated_cents == round(shown["Total"][-1] * 100)


def test_a_statement_finalised_in_the_year_accrues_nothing_one_of_january_does(home):
    rows = [row for row in saisines("2026-T3", 20, 1) if row["issue"]]
    take_in(home, "2026-T3", rows)
    settle(home, "2026-T3")  # on 31 October
    after = calae(accrual.run(home, 2026, JANUARY))
    assert after.stated_cents == 0
    late = [row for row in saisines("2026-T4", 20, 2) if row["issue"]]
    take_in(home, "2026-T4", late)
    before = calae(accrual.run(home, 2026, JANUARY))
    assert before.known_cents > after.known_cents
    settle(home, "2026-T4")  # on 31 January of the next year
    february = calae(accrual.run(home, 2026, instant(date(2027, 2, 10))))
    assert february.stated_cents > 0
    assert february.known_cents == before.known_cents


def test_a_year_with_nothing_makes_no_entry(home):
    made = accrual.run(home, 2025, JANUARY)
    assert made.entries is None
    assert made.workbook.read_bytes()[:2] == b"PK"
