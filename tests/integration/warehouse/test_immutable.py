"""What is finalised, decided or refused is never altered: tried as the owner of the tables, who is also superuser here."""

from datetime import date

import pytest
from sqlalchemy import insert, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from etl.jobs.intake import deliveries
from etl.jobs.matching import decide
from etl.jobs.settlement import takeover
from etl.warehouse import deliveries as stored
from etl.warehouse import issued, payments, quarantine, statements, supports, watch
from etl.warehouse.tables import METADATA, statement_lines
from etl.warehouse.tables import statements as statements_table

from .conftest import AT
from .statements import line, statement
from .test_life import brought

# Of each table: a change that history forbids. `living` ones have columns that may change (a status): not these.
CHANGES = {
    "audit": "action = 'other'",
    "bank_details": "iban = 'other'",
    "convention_files": "content = 'other'",
    "convention_sets": "loaded_by = 'other'",
    "decision_bases": "acts = 'other'",
    "decisions": "reason = 'other'",
    "deliveries": "received_on = '2020-01-01'",
    "delivery_checks": "success = NOT success",
    "draft_events": "by_name = 'other'",
    "drafts": "total_cents = total_cents + 1",
    "funder_issues": "quarter = 'other'",
    "payee_states": "payee = 'other'",
    "payment_batches": "total_cents = total_cents + 1",
    "payment_items": "amount_cents = amount_cents + 1",
    "readings": "reference = 'other'",
    "receivables": "amount_cents = amount_cents + 1",
    "refused_row_outcomes": "outcome = 'corrigee'",
    "refused_rows": "sentence = 'other'",
    "reminders": "awaited = awaited + 1",
    "statement_lines": "amount_cents = amount_cents + 1",
    "statement_not_paid": "reason = 'other'",
    "statement_payees": "total_cents = total_cents + 1, payable_cents = payable_cents + 1",
    "statements": "cutoff = '2020-01-01'",
    "support_outcomes": "reason = 'other'",
}
# Accepted rows and the register are not history: their deliveries and the audit are. What a source remembers neither.
NOT_HISTORY = {
    "held_files",
    "pulled_items",
    "source_positions",
    "job_runs",
    "notices",
    "associations",
    "contacts",
    "fiches",
    "sessions",
}


@pytest.fixture
def full(home, engine, tmp_path):
    """A warehouse with at least one row in every table of history."""
    brought(home, statement([line(association="AAV003")]), "finalise")
    back = line(
        association="AAV003", kind="regularisation", corrects="ER-CALAE-2026-T1-0001", cents=-5500, base_cents=0
    )
    made = statement([back, line(nth=2)], quarter="2026-T2", cutoff="2026-07-15")
    brought(home, made, "finalise")
    decision = {
        "kind": "accept",
        "reference": "FV26-000123-W",
        "code": "TIME_BARRED",
        "author": "coordination",
        "reason": "vu",
    }
    decide.run(home, [decision], AT, lambda *_: {"FV26-000123-W": [("AAV001", "PEC")]})
    with engine.begin() as connection:
        one = stored.Delivery(
            sha256="0" * 64, origin="AAV001", kind="fiches", received_on=date(2026, 4, 2), received_how="read"
        )
        (key,) = stored.save_deliveries(connection, [one], AT)
        stored.save_checks(connection, key, "fiches", True, {"rows": 0}, AT)
        row = quarantine.RefusedRow(
            delivery_id=key, kind="fiche", row_number=2, columns={}, codes=["BAD_DATE"], sentence="non"
        )
        (refused,) = quarantine.save_refused(connection, [row], AT)
        quarantine.save_outcomes(connection, [(refused, "rejouee", key, None)], AT)
        watch.save_reading(connection, "FV26-000123-W", "explain", None, "test", AT)
        second = statements.load_statement(connection, "ER-CALAE-2026-T2-0002")["statement_id"]
        batch = {"statement_id": second, "place": 1, "message_id": "M1", "execution_on": date(2026, 8, 3), "made_by": "finance",
                 "account": "test", "made_at": AT}  # fmt: skip
        item = {"payee": "AAV001", "beneficiary": "AAV001", "end_to_end_id": "E1", "amount_cents": 5500, "iban": "FR76",
                "bic": None, "titulaire": "x"}  # fmt: skip
        payments.save_batch(connection, batch, [item])
        report = {"convention": "CALAE", "quarter": "2026-T2", "statement_id": second, "cutoff": date(2026, 7, 15)}
        issued.save_issue(
            connection, {**report, "issue": {}, "published_by": "c", "account": "test", "published_at": AT}
        )
        issued.save_reminder(connection, "AAV001", date(2026, 7, 20), 2, "a", AT)
        supports.save_support_outcome(connection, "FV26-000123-W", "renonce", "vu", "a", "test", AT)
    return engine


def attempt(engine, query, *before):
    with engine.begin() as connection:
        for one in before:
            connection.execute(text(one))
        connection.execute(text(query))


def test_every_table_of_history_is_tried():
    assert set(CHANGES) | NOT_HISTORY == set(METADATA.tables)


def test_no_history_can_be_changed_removed_or_emptied(full):
    for table, change in CHANGES.items():
        with full.connect() as connection:
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() > 0, table
        for query in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(IntegrityError, match=r"refused|only"):
                attempt(full, query)
            with pytest.raises(DBAPIError):  # the guard again; or, to a role that is no superuser, the setting itself
                attempt(full, query, "SET LOCAL session_replication_role = replica")


def test_only_the_purge_removes_refused_rows_and_readings_and_it_cannot_change_them(full):
    purge = "SET LOCAL saisines.purge = 'on'"
    with pytest.raises(IntegrityError):
        attempt(full, "DELETE FROM decisions", purge)
    with pytest.raises(IntegrityError):
        attempt(full, "UPDATE readings SET reference = 'other'", purge)
    for table in ("refused_row_outcomes", "refused_rows", "readings"):
        attempt(full, f"DELETE FROM {table}", purge)
        with full.connect() as connection:
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


@pytest.mark.parametrize("table", ["statement_lines", "statement_payees", "statement_not_paid"])
def test_a_finalised_statement_takes_no_more_rows(full, table):
    """A copy of one of its own rows, under another key, so that only the guard can refuse it."""
    other = {"statement_lines": ("line_no", "nth"), "statement_payees": ("payee",), "statement_not_paid": ("line_no",)}[
        table
    ]
    names = [column["name"] for column in inspect(full).get_columns(table)]
    new = {name: f"{name} + 100" if name != "payee" else "'AAV002'" for name in other}
    values = ", ".join(new.get(name, name) for name in names)
    query = f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE statement_id = 1 LIMIT 1"
    with pytest.raises(IntegrityError, match="takes no more rows"):
        attempt(full, query)


HEADER = {
    "kind": "reprise", "number": "ER-AMF-REPRISE", "convention": "AMF", "civil_year": 2026, "until_on": date(2026, 1, 1),
    "total_cents": 5500, "finalised_at": AT, "finalised_on": AT.date(), "finalised_by": "x", "account": "x", "reason": "x",
}  # fmt: skip
LINE = {
    "reference": "FV26-000123-W", "association": "AAV001", "prestation": "PSY", "act_date": date(2026, 1, 1), "nth": 1,
    "kind": "reprise", "amount_cents": 5500, "taken_back": False, "undated": False,
}  # fmt: skip


def test_a_statement_whose_lines_do_not_add_up_is_refused(engine):
    for header, lines in (({"total_cents": 5501}, [LINE]), ({"line_count": 2}, [LINE]), ({}, [])):
        with pytest.raises(IntegrityError, match="do not add up"), engine.begin() as connection:
            made = {**HEADER, "line_count": 1, "payee_count": 0, "not_paid_count": 0, **header}
            key = connection.execute(
                insert(statements_table).values(made).returning(statements_table.c.statement_id)
            ).scalar_one()
            for n, one in enumerate(lines, 1):
                connection.execute(
                    insert(statement_lines), {"statement_id": key, "line_no": n, "convention": "AMF", **one}
                )


def test_the_same_line_twice_is_refused_although_its_optional_columns_are_null(engine):
    """Pitfall 19: a unique index over a NULL lets the same fee in twice."""
    with pytest.raises(IntegrityError, match="uq_statement_lines"), engine.begin() as connection:
        statements.save_statement(connection, HEADER | {"total_cents": 11000}, [LINE, LINE])


def test_an_identity_is_first_stated_once_across_statements(home, engine):
    brought(home, statement([line()]), "finalise")
    again = statement([line()], quarter="2026-T2", cutoff="2026-07-15")
    with pytest.raises(IntegrityError, match="first_statement"):
        brought(home, again, "finalise")


@pytest.mark.parametrize("prestation", ["PEC", "CAR", "REO"])
def test_a_pec_car_or_reo_is_first_stated_once_whatever_its_date(home, engine, prestation):
    brought(home, statement([line(prestation=prestation)]), "finalise")
    again = statement([line(prestation=prestation, act_date="2026-05-05")], quarter="2026-T2", cutoff="2026-07-15")
    with pytest.raises(IntegrityError, match="one_pec_car_reo"):
        brought(home, again, "finalise")


def test_a_number_that_leaves_a_gap_is_refused(home, engine, monkeypatch):
    monkeypatch.setattr(statements, "next_place", lambda *_: 2)
    with pytest.raises(IntegrityError, match="leaves a gap"):
        brought(home, statement([line()]), "finalise")


def test_a_number_that_is_not_its_own_is_refused(engine):
    with pytest.raises(IntegrityError, match="number"), engine.begin() as connection:
        statements.save_statement(connection, HEADER | {"number": "ER-AMF-2026-T1-0001"}, [LINE])


def test_a_payee_is_in_one_open_batch_at_most_and_in_the_next_once_returned(full):
    batch = {"statement_id": 2, "place": 2, "message_id": "M2", "execution_on": date(2026, 8, 4), "made_by": "finance",
             "account": "test", "made_at": AT}  # fmt: skip
    item = {"payee": "AAV001", "beneficiary": "AAV001", "end_to_end_id": "E2", "amount_cents": 5500, "iban": "FR76",
            "bic": None, "titulaire": "x"}  # fmt: skip
    with pytest.raises(IntegrityError, match="one_open"), full.begin() as connection:
        payments.save_batch(connection, batch, [item])
    with full.begin() as connection:
        payments.save_answer(connection, "E1", "rejete", "AC04", AT)
        payments.save_batch(connection, batch, [item])
        states = {one["payee"]: one["state"] for one in payments.load_payees(connection, 2)}
    assert states["AAV001"] == "transmis"


def test_a_delivery_is_received_once_unless_withdrawn_or_failed(home, engine):
    one = stored.Delivery(
        sha256="1" * 64, origin="AAV001", kind="fiches", received_on=date(2026, 4, 2), received_how="read"
    )
    failed = stored.Delivery(**{**vars(one), "failure": "illisible"})
    with engine.begin() as connection:
        first, *_ = stored.save_deliveries(connection, [one, failed, failed], AT)
    with pytest.raises(IntegrityError, match="received_once"), engine.begin() as connection:
        stored.save_deliveries(connection, [one], AT)
    deliveries.withdraw(home, first, "coordination", "envoyée par erreur", AT)
    with engine.begin() as connection:
        assert stored.load_received(connection, [("1" * 64, "AAV001")]) == {}
        stored.save_deliveries(connection, [one], AT)


def test_control_totals_hold_or_the_delivery_is_refused(engine):
    one = stored.Delivery(
        sha256="2" * 64,
        origin="AAV001",
        kind="fiches",
        received_on=date(2026, 4, 2),
        received_how="read",
        rows_read=3,
        rows_accepted=2,
    )
    with pytest.raises(IntegrityError, match="control_totals"), engine.begin() as connection:
        stored.save_deliveries(connection, [one], AT)


def test_a_status_does_not_go_back(full):
    for query in (
        "UPDATE drafts SET status = 'brouillon' WHERE status = 'finalise'",
        "UPDATE convention_sets SET status = 'en_attente', applied_at = NULL, applied_by = NULL",
    ):
        with pytest.raises(IntegrityError, match="refused"):
            attempt(full, query)


def test_a_takeover_of_a_stated_convention_is_refused_by_the_job(home, engine, tmp_path):
    brought(home, statement([line()]), "finalise")
    path = tmp_path / "reprise.csv"
    path.write_text(
        ";".join(takeover.COLUMNS) + "\nCALAE;FV26-000123-W;AAV001;JUR;2026-01-05;1;100\n", encoding="utf-8"
    )
    with pytest.raises(takeover.SaisinesError, match="finalisé"):
        takeover.run(home, path, date(2026, 4, 1), "finance", "reprise", AT)
