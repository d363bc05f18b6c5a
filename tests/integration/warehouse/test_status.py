"""`saisines status`: what it shows of a house, and when it says that somebody is needed."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from etl.jobs.settlement import statement_life
from etl.jobs.watching import status
from etl.jobs.watching.status_told import lines
from etl.warehouse import noticed, watch
from etl.warehouse.noticed import Notice

from . import statements as small
from .watched import FREE, NAMES, days_of, deliver, journal

NOW = datetime(2026, 4, 20, 8, 40, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quiet(monkeypatch, home):
    monkeypatch.setenv("SAISINES_LOG", "off")
    monkeypatch.setenv("SAISINES_HOME", str(home))


@pytest.fixture
def well(engine):
    """A house where all goes well: a journal until yesterday, reconciled, backed up."""
    journal(engine, days_of(date(2026, 4, 1), date(2026, 4, 19)))
    with engine.begin() as connection:
        noticed.save_run(connection, "reconcile", "done", {"saisines": 19}, 4200, NOW - timedelta(minutes=1))
        connection.execute(text("update job_runs set ran_at = :at"), {"at": NOW + timedelta(seconds=1)})
        watch.save_act(connection, "backup", {}, None, "test", NOW - timedelta(hours=5))
    return engine


def shown(home, at=NOW):
    return "\n".join(lines(status.run(home, at)))


def test_an_empty_house_is_well(home):
    found = status.run(home, NOW)
    assert found.wanting == {}
    assert "Tout va bien" in "\n".join(lines(found))


def test_a_house_that_works_shows_all_of_it_in_one_screen(well, home):
    small.store(home, small.statement([small.line()]))
    text_ = shown(home)
    assert "journal               1 livraison(s), la dernière le 20/04/2026, raconte jusqu’au 19/04/2026" in text_
    assert "rapprochement         il y a 0 min, en 4,2 s" in text_
    assert "2026-T1               1 brouillon(s)" in text_
    assert "CALAE 2026" in text_
    assert "la dernière il y a 5 h" in text_
    assert len(text_.splitlines()) <= 40
    assert max(map(len, text_.splitlines())) <= 130


OLD_NOTICE = (
    "insert into notices (key, role, kind, detail, noticed_at) values ('k', 'data', 'RUN_LATE', '{}', '2026-04-01')"
)
HELD = """insert into held_files (source, item, kind, file_name, believed, reason, received_on, held_at)
    values ('s', repeat('a', 64), 'fiches', 'n', false, 'r', '2026-04-19', now())"""
WRONG = {
    "DELIVERY_REFUSED": lambda engine: deliver(engine, sha="2", failure="illisible"),
    "JOURNAL_GAP": lambda engine: journal(engine, [date(2026, 3, 30)], sha="3", at=NOW - timedelta(hours=1)),
    "NOTICES_WAIT": lambda engine: execute(engine, OLD_NOTICE),
    "FILE_HELD": lambda engine: execute(engine, HELD),
}


@pytest.mark.parametrize("code", WRONG)
def test_what_goes_wrong_needs_somebody(code, well, home):
    assert status.run(home, NOW).wanting == {}
    WRONG[code](well)
    found = status.run(home, NOW)
    assert code in found.wanting
    assert "À faire" in "\n".join(lines(found))


def test_a_backup_of_the_day_before_yesterday_needs_somebody(well, home):
    assert "BACKUP_OLD" not in status.run(home, NOW + timedelta(hours=30)).wanting
    assert "BACKUP_OLD" in status.run(home, NOW + timedelta(hours=40)).wanting


def execute(engine, query):
    with engine.begin() as connection:
        connection.execute(text(query))


def test_a_failure_that_a_good_run_has_followed_is_over(well, home, monkeypatch):
    row = {"dag_id": "reconcile", "is_paused": False, "state": "success", "next_at": None}
    ends = {"ended_at": NOW, "done_at": NOW, "failed_at": NOW - timedelta(hours=1)}
    monkeypatch.setattr(status, "load_dags", lambda engine: [row | ends])
    assert status.run(home, NOW).wanting == {}
    monkeypatch.setattr(status, "load_dags", lambda engine: [row | ends | {"done_at": NOW - timedelta(hours=2)}])
    assert status.run(home, NOW).wanting == {"DAG_FAILED": 1}
    assert "reconcile             ÉCHEC il y a 1 h" in shown(home)


def test_a_full_disk_needs_somebody(well, home, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: (100 * 1024**3, 0, 1024**3))
    assert "DISK_FULL" in status.run(home, NOW).wanting


def test_a_component_that_is_down_while_others_run_needs_somebody(well, home, monkeypatch):
    monkeypatch.setattr("etl.scheduler.processes.components", lambda home: {"scheduler": True, "triggerer": False})
    found = status.run(home, NOW)
    assert "COMPONENT_DOWN" in found.wanting
    assert "ARRÊTÉS : triggerer" in "\n".join(lines(found))


def test_a_statement_to_approve_waits_for_somebody_and_a_parked_one_is_counted(home):
    named = small.store(
        home, small.statement([small.line()], parked=[{"code": "TARIFF_GAP", "detail": "FV26-000123-W"}])
    )
    statement_life.submit(home, *named, "camille", NOW)
    assert {"TO_APPROVE", "PARKED"} <= set(status.run(home, NOW).wanting)
    assert "1 soumis(s), 1 parqué(s)" in shown(home)
    assert "FV26" not in shown(home)


def test_an_envelope_shows_what_is_stated_and_what_a_draft_reaches(home, engine):
    with engine.begin() as connection:
        noticed.save_notices(
            connection, [Notice("finance", "ENVELOPE", "e", {"convention": "CALAE", "year": 2026, "percent": 90})], NOW
        )
    assert "un brouillon atteint 90 %" in shown(home)
    assert status.run(home, NOW).wanting == {}


def test_the_command_exits_0_when_all_is_well_and_1_when_somebody_is_needed(home, engine):
    from etl.cli.app import app

    well = CliRunner().invoke(app, ["status"])
    assert (well.exit_code, "Tout va bien" in well.output) == (0, True)
    deliver(engine, on=date.today(), at=datetime.now(UTC), failure=FREE)  # noqa: DTZ011 - as the command reads the clock
    asked = CliRunner().invoke(app, ["status", "--json"])
    assert asked.exit_code == 1
    assert json.loads(asked.output)["wanting"] == {"DELIVERY_REFUSED": 1}
    for word in NAMES:
        assert word not in asked.output


def test_it_loads_nothing_heavy():
    program = "import sys; import etl.cli.app, etl.jobs.watching.status_told; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"airflow", "great_expectations", "pandas", "pyarrow", "duckdb", "openpyxl"} & set(loaded)
