"""What every DAG file of the folder must be: a picture that says when, and nothing else."""

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from etl.model.errors import AwayError, ManyErrors, SaisinesError, UsageError
from etl.scheduler.home import AirflowHome

HEAVY = ("great_expectations", "pandas", "duckdb", "openpyxl", "pyarrow", "sqlalchemy.orm", "etl.jobs", "etl.warehouse")
PARSE = """
import json, sys, time
started = time.monotonic()
sys.path.insert(0, {folder!r})
import airflow.sdk
before = set(sys.modules)
import importlib.util
for path in {files!r}:
    spec = importlib.util.spec_from_file_location("parsed", path)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
print(json.dumps(sorted(set(sys.modules) - before)))
"""


@pytest.fixture(scope="module")
def bag(airflow: AirflowHome) -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag()


def test_every_file_is_read_without_error_and_gives_one_dag_of_its_name(bag: Any, dag_files: list[Path]) -> None:
    assert bag.import_errors == {}
    assert {Path(dag.fileloc).name: dag_id for dag_id, dag in bag.dags.items()} == {f.name: f.stem for f in dag_files}
    assert {"ingest_journal", "ingest_fiches", "reconcile", "settle_quarter"} <= set(bag.dags)


def test_every_dag_says_what_it_is_and_whose(bag: Any) -> None:
    for dag in bag.dags.values():
        assert len(dag.doc_md.strip().splitlines()) >= 4, dag.dag_id
        assert dag.tags, dag.dag_id
        assert dag.dag_display_name != dag.dag_id
        for task in dag.tasks:
            assert task.owner != "airflow", task.task_id
            assert task.doc_md or (task.python_callable.__doc__ or "").strip(), task.task_id


def test_every_dag_runs_once_at_a_time_and_never_makes_up_for_lost_days(bag: Any) -> None:
    for dag in bag.dags.values():
        assert dag.max_active_runs == 1 or dag.dag_id == "approve_statement", dag.dag_id  # which waits for people
        assert dag.catchup is False, dag.dag_id


def test_every_schedule_is_an_explicit_timetable_in_paris_or_assets(bag: Any) -> None:
    for dag in bag.dags.values():
        kind = type(dag.timetable).__name__
        asked_for = kind == "NullTimetable" and dag.dag_id == "approve_statement"
        assert asked_for or kind in ("CronTriggerTimetable", "AssetTriggeredTimetable"), (dag.dag_id, kind)
        if kind == "CronTriggerTimetable":
            assert dag.timetable.timezone == "Europe/Paris", dag.dag_id


NOT_ALLOWED = [SaisinesError("non"), UsageError("non"), ManyErrors(["non"]), ValueError("non"), KeyError("non")]


def test_every_task_tries_again_what_was_away_and_never_what_the_data_do_not_allow(bag: Any) -> None:
    for dag in bag.dags.values():
        for task in dag.tasks:
            policy = task.retry_policy
            assert task.retries > 0
            assert {policy.evaluate(error, 1, 3).action.value for error in NOT_ALLOWED} == {"fail"}
            for error in (AwayError("plus tard"), ConnectionError(), TimeoutError(), OSError(28, "No space left")):
                assert policy.evaluate(error, 1, 3).action.value == "retry", error


def refused_by_each_driver(url: str) -> list[Exception]:
    """What each driver of the warehouse raises of a server that is not there."""
    import psycopg

    from etl.warehouse import arrow, server

    def by_arrow() -> None:
        with arrow.snapshot(url):
            pass

    found: list[Exception] = []
    for reach in (lambda: psycopg.connect(url), lambda: server.make_engine(url).connect(), by_arrow):
        with pytest.raises(Exception) as raised:
            reach()
        found.append(raised.value)
    return found


def test_a_database_that_is_away_is_tried_again_whichever_driver_says_so(bag: Any) -> None:
    import psycopg

    policy = bag.dags["reconcile"].tasks[0].retry_policy
    found = refused_by_each_driver("postgresql://127.0.0.1:1/nothing")
    locked = [psycopg.errors.LockNotAvailable(), psycopg.errors.DeadlockDetected(), psycopg.errors.AdminShutdown()]
    assert len({type(error).__module__ for error in found}) == 3
    assert {policy.evaluate(error, 1, 3).action.value for error in (*found, *locked)} == {"retry"}
    assert policy.evaluate(psycopg.errors.UniqueViolation(), 1, 3).action.value == "fail"


def test_the_runbook_tells_of_every_dag(dag_files: list[Path]) -> None:
    told = (dag_files[0].parent.parent / "docs" / "exploitation.md").read_text(encoding="utf-8")
    assert [path.stem for path in dag_files if f"| `{path.stem}` |" not in told] == []


def test_nothing_is_approved_by_silence(bag: Any) -> None:
    asking = [task for dag in bag.dags.values() for task in dag.tasks if hasattr(task, "response_timeout")]
    assert [task.dag_id for task in asking] == ["approve_statement"]
    for task in asking:
        assert task.defaults is None
        assert task.response_timeout is not None


def test_files_are_short_and_author_dags_with_the_sdk_alone(dag_files: list[Path]) -> None:
    for path in dag_files:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 80, path.name
        for module in _imports(ast.parse(text)):
            assert not module.startswith(("airflow.models", "airflow.utils", "airflow.operators")), (path.name, module)


def test_nothing_about_a_dag_follows_from_a_data_interval_or_the_clock(dag_files: list[Path]) -> None:
    for path in dag_files:
        text = path.read_text(encoding="utf-8")
        for forbidden in ("data_interval", "{{ ds", "datetime.now", "pendulum.now", "today("):
            assert forbidden not in text, (path.name, forbidden)


def _imports(tree: ast.AST) -> list[str]:
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
    return found


def test_reading_the_files_imports_nothing_heavy(airflow: AirflowHome, dag_files: list[Path]) -> None:
    program = PARSE.format(folder=str(dag_files[0].parent.parent), files=[str(path) for path in dag_files])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    imported = json.loads(done.stdout.splitlines()[-1])
    heavy = [name for name in imported if name.startswith(HEAVY)]
    assert heavy == []
