"""The life of a statement: who may do what when, and one statement whatever happens."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from etl.jobs.settlement import statement_life as life
from etl.model.errors import SaisinesError
from etl.warehouse import drafts, statements
from etl.warehouse.inputs import load_inputs
from etl.warehouse.query import many
from etl.warehouse.server import address_of, connect
from etl.warehouse.tables import draft_events, payee_states, receivables, statement_lines

from .conftest import AT
from .lives import STEPS, WAY, brought, status_of, stored
from .statements import computing, line, statement, store

# From a status: what each step leads to; absent is refused.
MATRIX = {
    "brouillon": {"submit": "soumis"},
    "soumis": {"submit": "soumis", "approve": "approuve", "reject": "brouillon"},
    "approuve": {"approve": "approuve", "reject": "brouillon", "finalise": "finalise"},
    "finalise": {"finalise": "finalise"},
}


@pytest.mark.parametrize("status", MATRIX)
@pytest.mark.parametrize("step", STEPS)
def test_from_each_status_only_these_steps_are_possible(home, status, step):
    made = statement([line()])
    name = brought(home, made, status)
    if step in MATRIX[status]:
        STEPS[step](home, name, made)
        assert status_of(home, name) == MATRIX[status][step]
    else:
        with pytest.raises(SaisinesError):
            STEPS[step](home, name, made)
        assert status_of(home, name) == status


@pytest.mark.parametrize("who", ["coordination", " Coordination ", "COORDINATION"])
def test_whoever_submitted_does_not_approve(home, who):
    name = brought(home, statement([line()]), "soumis")
    with pytest.raises(SaisinesError, match="une autre personne"):
        life.approve(home, *name, who, AT)
    assert status_of(home, name) == "soumis"


def test_after_a_rejection_it_is_the_new_submitter_who_does_not_approve(home):
    name = brought(home, statement([line()]), "soumis")
    life.reject(home, *name, "finance", "une pièce manque", AT)
    life.submit(home, *name, "finance", AT)
    with pytest.raises(SaisinesError, match="une autre personne"):
        life.approve(home, *name, "finance", AT)
    life.approve(home, *name, "coordination", AT)
    assert status_of(home, name) == "approuve"


def test_every_step_is_kept_with_who_when_and_why(home):
    made = statement([line()])
    name = brought(home, made, "soumis")
    life.reject(home, *name, "finance", "une pièce manque", AT)
    for step in WAY["finalise"]:
        STEPS[step](home, name, made)
    with connect(home) as engine, engine.begin() as connection:
        events = many(connection, select(draft_events).order_by(draft_events.c.draft_event_id))
    assert [(one["event"], one["by_name"], one["reason"]) for one in events] == [
        ("soumis", "coordination", None),
        ("rejete", "finance", "une pièce manque"),
        ("soumis", "coordination", None),
        ("approuve", "finance", None),
        ("finalise", "finance", None),
    ]
    assert {one["happened_at"] for one in events} == {AT}
    assert all(one["account"] for one in events)


@pytest.mark.parametrize(("by", "reason", "says"), [("", "motif", "--by"), ("finance", "  ", "--reason")])
def test_a_rejection_has_an_author_and_a_reason(home, by, reason, says):
    name = brought(home, statement([line()]), "soumis")
    with pytest.raises(SaisinesError, match=says):
        life.reject(home, *name, by, reason, AT)


def test_a_digest_that_no_draft_has_is_refused(home):
    quarter, convention, digest = store(home, statement([line()]))
    for name in ((quarter, convention, "0" * 64), ("2026-T2", convention, digest), (quarter, "AMF", digest)):
        with pytest.raises(SaisinesError, match="Aucun brouillon"):
            life.submit(home, *name, "coordination", AT)


def test_two_drafts_of_a_quarter_are_not_under_way_at_once(home):
    brought(home, statement([line()]), "soumis")
    other = store(home, statement([line(cents=6000)]))
    with pytest.raises(SaisinesError, match="rejetez-le"):
        life.submit(home, *other, "coordination", AT)


def test_the_command_is_closed_when_the_desk_approves(home, monkeypatch):
    monkeypatch.setenv("SAISINES_APPROVAL", "desk")
    made = statement([line()])
    name = store(home, made)
    for step in STEPS.values():
        with pytest.raises(SaisinesError, match="bureau"):
            step(home, name, made)
    life.submit(home, *name, "coordination", AT, desk=True)
    assert status_of(home, name) == "soumis"


def test_a_finalised_statement_is_kept_whole(home):
    made = statement([line(), line(act_date="2026-02-10", cents=2000), line(association="AAV002", cents=0)])
    name = brought(home, made, "approuve")
    assert STEPS["finalise"](home, name, made) == life.Finalised("ER-CALAE-2026-T1-0001", False)
    with connect(home) as engine, engine.begin() as connection:
        row = statements.load_statement(connection, "ER-CALAE-2026-T1-0001")
        lines = many(connection, select(statement_lines).order_by(statement_lines.c.line_no))
        states = many(connection, select(payee_states).order_by(payee_states.c.payee))
    expected = made | {"status": "finalise", "number": "ER-CALAE-2026-T1-0001", "finalised_on": "2026-07-20"}
    assert drafts.unpack(row["statement"]) == expected
    assert (row["total_cents"], row["line_count"], row["payee_count"], row["not_paid_count"]) == (7500, 3, 2, 1)
    assert [(one["act_date"], one["amount_cents"], one["qualite"]) for one in lines] == [
        (date(2026, 2, 3), 5500, "elu"), (date(2026, 2, 10), 2000, "elu"), (date(2026, 2, 3), 0, "elu"),
    ]  # fmt: skip
    assert [(one["payee"], one["state"], one["why"]) for one in states] == [
        ("AAV001", "a_payer", None), ("AAV002", "bloque", "NOTHING_PAYABLE"),
    ]  # fmt: skip


def test_finalising_twice_gives_the_same_number(home):
    made = statement([line()])
    name = brought(home, made, "finalise")
    assert STEPS["finalise"](home, name, made) == life.Finalised("ER-CALAE-2026-T1-0001", True)
    assert len(stored(home)) == 1


def test_numbers_count_the_statements_of_a_convention_in_the_civil_year_of_finalisation(home):
    numbers = []
    for at, quarter, convention, day in (
        (AT, "2026-T1", "CALAE", "2026-02-03"), (AT, "2026-T1", "AMF", "2026-02-03"), (AT, "2026-T2", "CALAE", "2026-05-03"),
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), "2026-T3", "CALAE", "2026-08-03"),
        (datetime(2026, 12, 31, 23, 1, tzinfo=UTC), "2026-T4", "CALAE", "2026-11-03"),
    ):  # fmt: skip
        made = statement([line(act_date=day)], quarter=quarter, convention=convention)
        name = brought(home, made, "approuve")
        numbers.append(life.finalise(home, *name, "finance", at, computing(made)).number)
    assert numbers == [
        "ER-CALAE-2026-T1-0001", "ER-AMF-2026-T1-0001", "ER-CALAE-2026-T2-0002", "ER-CALAE-2026-T3-0003", "ER-CALAE-2026-T4-0001",
    ]  # fmt: skip


def test_a_complement_of_the_same_quarter_is_a_second_statement(home):
    brought(home, statement([line()]), "finalise")
    made = statement([line(act_date="2026-03-03")], cutoff="2026-07-15")
    name = brought(home, made, "approuve")
    assert STEPS["finalise"](home, name, made).number == "ER-CALAE-2026-T1-0002"


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (statement([line()], parked=["JOURNAL_GAP"]), "parqué"),
        (statement([line()], cutoff="2026-07-21"), "pas encore passé"),
    ],
)
def test_what_cannot_be_finalised_is_said_and_nothing_is_written(home, made, says):
    name = brought(home, made, "approuve")
    with pytest.raises(SaisinesError, match=says):
        STEPS["finalise"](home, name, made)
    assert stored(home) == []
    assert status_of(home, name) == "approuve"


def test_a_statement_with_nothing_in_it_is_not_finalised_and_leaves_the_way_to_the_next(home):
    empty = statement([])
    name = brought(home, empty, "approuve")
    assert STEPS["finalise"](home, name, empty) == life.Finalised(None, False)
    assert (stored(home), status_of(home, name)) == ([], "brouillon")
    made = statement([line()], cutoff="2026-07-15")
    assert STEPS["finalise"](home, brought(home, made, "approuve"), made).number == "ER-CALAE-2026-T1-0001"


def test_a_statement_with_only_a_balance_carried_in_is_finalised(home):
    made = statement([], carried={"AAV001": -300})
    assert STEPS["finalise"](home, brought(home, made, "approuve"), made).number == "ER-CALAE-2026-T1-0001"


def test_data_that_changed_since_the_draft_are_refused(home):
    made = statement([line()])
    name = brought(home, made, "approuve")
    with pytest.raises(SaisinesError, match="ont changé"):
        life.finalise(home, *name, "finance", AT, computing(statement([line(), line(nth=2)])))
    assert stored(home) == []


@pytest.mark.parametrize(("quarter", "refused"), [("2025-T4", True), ("2026-T1", True), ("2026-T2", False)])
def test_a_cutoff_before_that_of_a_later_or_the_same_quarter_is_refused(home, quarter, refused):
    brought(home, statement([line()], cutoff="2026-04-15"), "finalise")
    made = statement([line(saisine="FV26-000124-U")], quarter=quarter, cutoff="2026-04-14")
    name = brought(home, made, "approuve")
    if refused:
        with pytest.raises(SaisinesError, match="précède"):
            STEPS["finalise"](home, name, made)
    else:
        assert STEPS["finalise"](home, name, made).number == "ER-CALAE-2026-T2-0002"


def test_a_debt_of_an_association_gone_without_successor_becomes_an_order_to_repay(home, engine):
    brought(home, statement([line(association="AAV003"), line(association="AAV001")]), "finalise")
    back = {"kind": "regularisation", "corrects": "ER-CALAE-2026-T1-0001", "cents": -5500, "base_cents": 0}
    made = statement(
        [line(association=code, **back) for code in ("AAV001", "AAV003")], quarter="2026-T2", cutoff="2026-07-15"
    )
    STEPS["finalise"](home, brought(home, made, "approuve"), made)
    with engine.begin() as connection:
        owed = many(connection, select(receivables))
    assert [(one["payee"], one["amount_cents"], one["why"]) for one in owed] == [
        ("AAV003", 5500, "association_disparue")
    ]
    assert load_inputs(address_of(engine), date(2026, 8, 1))["carried"].num_rows == 2
    with engine.begin() as connection:
        statements.save_settlement(connection, 1, "finance", "virement reçu", AT)
        with pytest.raises(SaisinesError, match="soldé"):
            statements.save_settlement(connection, 1, "finance", "encore", AT)
    assert [row["payee"] for row in load_inputs(address_of(engine), date(2026, 8, 1))["carried"].to_pylist()] == [
        "AAV001"
    ]
