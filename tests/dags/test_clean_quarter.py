"""The worked case of a clean quarter, put through the DAGs as Airflow runs them, against the command line."""

import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from etl import settings
from etl.jobs.running import init
from etl.model.quarter import PARIS
from etl.scheduler.home import AirflowHome
from etl.warehouse import server

CONTRACT = Path(__file__).parents[3] / "shared" / "contract"
CASE = CONTRACT / "cases" / "one-clean-quarter"
RECEIVED = {"journal": ("1", "2026-04-02"), "fiches": ("2", "2026-04-10")}
pytestmark = pytest.mark.skipif(not CASE.is_dir(), reason="the contract's worked cases are not beside the project")


@pytest.fixture(scope="module")
def home(airflow: AirflowHome, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A home whose inbox holds the case, each file dated by its reception."""
    made = tmp_path_factory.mktemp("home")
    for kind, (batch, day) in RECEIVED.items():
        shutil.copytree(CASE / batch / kind, made / "inbox" / kind)
        noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=PARIS).timestamp()
        for path in (made / "inbox" / kind).rglob("*.*"):
            os.utime(path, (noon, noon))
    with pytest.MonkeyPatch.context() as patch, server.running(made, create=True):
        patch.setenv("SAISINES_HOME", str(made))
        patch.delenv("SAISINES_INBOX", raising=False)
        patch.delenv("SAISINES_SOURCES", raising=False)
        init.run(made, CONTRACT / "conventions", CASE / "associations.csv", "test", settings.now())
        yield made


def run(dag_id: str, **how: Any) -> dict[str, str]:
    """Run a DAG in this process, read anew so that no run hears of the parameters of another; gives its tasks' states."""
    from airflow.dag_processing.dagbag import DagBag

    return {task.task_id: str(task.state) for task in DagBag().dags[dag_id].test(**how).get_task_instances()}


@pytest.fixture(scope="module")
def ingested(home: Path) -> dict[str, dict[str, str]]:
    """What became of the runs that take the inbox in."""
    return {dag_id: run(dag_id) for dag_id in ("ingest_journal", "ingest_fiches")}


@pytest.fixture(scope="module")
def by_command_line(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The same case by the command's own functions, in another home."""
    from etl.cli.app import app

    made = tmp_path_factory.mktemp("cli")

    def call(*arguments: str) -> None:
        app(list(arguments), standalone_mode=False)

    with pytest.MonkeyPatch.context() as patch, server.running(made, create=True):
        patch.setenv("SAISINES_HOME", str(made))
        call("init", "--conventions", str(CONTRACT / "conventions"), "--associations", str(CASE / "associations.csv"))
        for batch, day in RECEIVED.values():
            call("ingest", str(CASE / batch), "--received-on", day)
        call("draft", "2026-T1", "--out", str(made / "out"))
    return statements(made / "out")


def statements(folder: Path) -> dict[str, bytes]:
    return {path.parent.name: path.read_bytes() for path in sorted(folder.glob("2026-T1/*/releve.json"))}


def test_the_inbox_is_taken_in(ingested: dict[str, dict[str, str]]) -> None:
    done = dict.fromkeys(("sources", "take", "announce", "tell"), "success")
    assert ingested == {"ingest_journal": done, "ingest_fiches": done}


def test_taken_again_nothing_is_new_and_nobody_is_told(ingested: dict[str, dict[str, str]]) -> None:
    skipped = dict.fromkeys(("take", "announce", "tell"), "skipped")
    assert run("ingest_fiches") == {"sources": "success"} | skipped


def test_reconciling_gives_the_number_of_discrepancies_by_code(ingested: dict[str, dict[str, str]]) -> None:
    assert run("reconcile") == {"reconcile": "success"}


def test_a_quarter_asked_for_gives_the_statements_of_the_command_line(
    ingested: dict[str, dict[str, str]], home: Path, by_command_line: dict[str, bytes]
) -> None:
    run("settle_quarter", run_conf={"quarter": "2026-T1"})
    assert set(by_command_line) == {"AMF", "CALAE", "ENSEIGNE", "SPORT"}
    assert statements(home / "out") == by_command_line


def test_the_days_after_the_cutoffs_give_the_same_statements_again(
    ingested: dict[str, dict[str, str]], home: Path, by_command_line: dict[str, bytes]
) -> None:
    shutil.rmtree(home / "out", ignore_errors=True)
    for instant, made in (
        ("2026-04-15T03:00+00:00", set()),
        ("2026-04-15T22:30+00:00", {"AMF", "CALAE", "ENSEIGNE"}),  # 16 April, half past midnight in Paris
        ("2026-04-21T03:00+00:00", {"AMF", "CALAE", "ENSEIGNE", "SPORT"}),
    ):
        run("settle_quarter", logical_date=datetime.fromisoformat(instant))
        assert set(statements(home / "out")) == made
    assert statements(home / "out") == by_command_line
