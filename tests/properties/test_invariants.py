"""What holds in every world, whoever computes it: sums, identities, floors, nothing owed twice, no order but the contract's."""

from __future__ import annotations

import copy
import random
from collections import Counter
from datetime import date

import pytest

from tests.reference import engine

from .choose import seeded
from .months import Life
from .register import Row, Tables

SEEDS = range(3)
QUARTER, CUTOFF = "2026-T1", date(2026, 5, 20)


@pytest.fixture(scope="module", params=SEEDS)
def life(request: pytest.FixtureRequest) -> Life:
    """A world with two months of deliveries and one finalised quarter."""
    made = Life(seeded(9_000 + request.param), 40)
    made.today = date(2026, 4, 10)
    made.receive()
    drafted = engine.draft(made.history.for_engine(), QUARTER, "2026-04-10")
    for code in drafted["statements"]:
        made.history.finalise(drafted, QUARTER, code, date(2026, 4, 10))
    made.today = CUTOFF
    made.receive_fiches()
    made.revise()
    return made


@pytest.fixture(scope="module")
def statements(life: Life) -> dict[str, Row]:
    return drafted(life.history.for_engine())


def drafted(tables: Tables) -> dict[str, Row]:
    return engine.draft(tables, QUARTER, CUTOFF.isoformat())["statements"]


def identity(row: Row) -> tuple:
    return (row["saisine"], row["association"], row["prestation"], row["act_date"], row["nth"])


def test_lines_associations_and_payees_add_up_to_the_total(statements: dict[str, Row]) -> None:
    for statement in statements.values():
        total = sum(line["amount_cents"] for line in statement["lines"])
        assert total == statement["total_cents"]
        assert total == sum(row["total_cents"] for row in statement["associations"])
        assert total == sum(row["total_cents"] for row in statement["payees"])
        for payee in statement["payees"]:
            due = payee["total_cents"] + payee["carried_in_cents"]
            assert (payee["payable_cents"], payee["carried_out_cents"]) == (max(due, 0), min(due, 0))


def test_an_act_is_one_line_or_is_not_paid_for_one_reason_of_each_kind(statements: dict[str, Row]) -> None:
    for statement in statements.values():
        assert max(Counter(map(identity, statement["lines"])).values(), default=1) == 1
        assert max(Counter((*identity(x), x["reason"]) for x in statement["not_paid"]).values(), default=1) == 1


def test_no_identity_is_stated_twice_and_none_below_zero(life: Life, statements: dict[str, Row]) -> None:
    stated: Counter = Counter()
    for row in life.tables["stated"]:
        act = (row["reference"], row["association"], row["prestation"], row["act_date"].isoformat(), row["nth"])
        stated[row["convention"], act] += row["amount_cents"]
    for code, statement in statements.items():
        for line in statement["lines"]:
            known = (code, identity(line)) in stated
            assert (line["kind"] == "regularisation") == known
            stated[code, identity(line)] += line["amount_cents"]
    assert min(stated.values(), default=0) >= 0


def test_a_draft_right_after_finalising_owes_nothing(life: Life) -> None:
    history = copy.deepcopy(life.history)
    for _ in range(2):
        found = engine.draft(history.for_engine(), QUARTER, CUTOFF.isoformat())
        for code in found["statements"]:
            history.finalise(found, QUARTER, code, CUTOFF)
    again = drafted(history.for_engine())
    assert {code: statement["lines"] for code, statement in again.items()} == {code: [] for code in again}


def test_the_order_of_rows_changes_no_byte(life: Life, statements: dict[str, Row]) -> None:
    shuffler = random.Random(7)
    mixed = {name: shuffler.sample(rows, len(rows)) for name, rows in life.history.for_engine().items()}
    again = drafted(mixed)
    assert again == statements
    assert {s["digest"] for s in again.values()} == {s["digest"] for s in statements.values()}


def test_the_numbers_that_rows_were_given_on_arrival_change_no_byte(life: Life, statements: dict[str, Row]) -> None:
    """The same deliveries loaded in the opposite order: other identifiers, the same statements."""
    tables = copy.deepcopy(life.history.for_engine())
    for name, columns in (
        ("fiche", ("fiche_id", "fiche_group_id", "delivery_id")),
        ("session", ("fiche_group_id", "delivery_id")),
        ("contact", ("contact_id",)),
    ):
        for row in tables[name]:
            row |= {column: 1_000_000 - row[column] for column in columns if row[column] is not None}
    assert drafted(tables) == statements
