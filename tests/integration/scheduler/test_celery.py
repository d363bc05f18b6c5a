"""Several workers: PostgreSQL, Redis, Airflow's components and two Celery workers, one killed in the middle of its work."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest
from airflow_rest import Person, wait
from installed_home import call, files

from etl.scheduler import processes
from etl.scheduler.configuration import Settings
from etl.scheduler.home import AirflowHome, prepare_real
from etl.warehouse import server

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="apt install redis-server"),
]
# Without a sign of life for so long, a task is taken for dead (300 in production); on a busy machine the living one must not be.
HEARTBEAT_SECONDS = 150
WORKERS = ("a", "b")
WAITING = """SELECT count(*) FROM pg_locks JOIN pg_class ON relation = pg_class.oid WHERE relname = 'drafts' AND NOT granted"""


@dataclass
class Installation:
    """What runs: a home, an administrator of its Airflow, the workers by name, the warehouse's address."""

    home: Path
    admin: Person
    workers: dict[str, subprocess.Popen[bytes]]
    warehouse: str


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A Redis of our own on the loopback; gives its address."""
    port = processes.free_port()
    settings = f'bind 127.0.0.1\nport {port}\ndir {folder}\nrequirepass secret\nsave ""\n'
    process = subprocess.Popen(["redis-server", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        assert process.stdin is not None
        process.stdin.write(settings.encode())
        process.stdin.close()
        wait(lambda: not processes.is_free(port), "no Redis", every=0.1)
        yield f"redis://:secret@127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(30)


def celery(broker: str, database: str) -> Settings:
    """What docker-compose.yml says of Celery, and a death noticed sooner than in production."""
    return {
        "core": {"executor": "CeleryExecutor"},
        "celery": {
            "broker_url": broker,
            "result_backend": f"db+{database}",
            "worker_concurrency": 1,
            "worker_prefetch_multiplier": 1,
            "task_acks_late": True,
        },
        "celery_broker_transport_options": {"visibility_timeout": 86400},
        "scheduler": {
            "task_instance_heartbeat_timeout": HEARTBEAT_SECONDS,
            "task_instance_heartbeat_timeout_detection_interval": 5,
        },
    }


@contextmanager
def worker(airflow: AirflowHome, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker as the leader of its own group, killed with it at the end."""
    command = [sys.executable, "-m", "airflow", "celery", "worker", "--skip-serve-logs", "--without-gossip"]
    host = f"{name}@{socket.gethostname()}"
    with processes.log(airflow, f"worker-{name}").open("ab") as out:
        process = subprocess.Popen(
            [*command, "--celery-hostname", host],
            env=processes.environment(airflow),
            cwd=airflow.folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a worker and all that it had started at once, as a machine that loses its power does."""
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                child.kill()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


@pytest.fixture(scope="module")
def installation(inbox: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Everything started, over the sample inbox."""
    root = tmp_path_factory.mktemp("celery")
    home = root / "home"
    call(home, "init", "--conventions", str(inbox / "conventions"), "--associations", str(inbox / "associations.csv"))
    for kind in ("journal", "fiches"):
        shutil.copytree(inbox / kind, home / "inbox" / kind)
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAISINES_HOME", str(home))
        patch.setenv("XDG_CONFIG_HOME", str(root / "config"))
        warehouse, broker = stack.enter_context(server.running(home)), stack.enter_context(redis(root))
        database = server.airflow_url(home)
        airflow = prepare_real(home, database, processes.free_port(), 4, celery(broker, database))
        with processes.migrating(airflow, accounts=True):
            pass
        stack.enter_context(processes.running(airflow, processes.COMPONENTS))
        workers = {name: stack.enter_context(worker(airflow, name)) for name in WORKERS}
        wait(lambda: _answers(airflow), "no API")
        yield Installation(home, Person(airflow.url, "saisines", airflow.password), workers, warehouse)


def _answers(airflow: AirflowHome) -> bool:
    from etl.scheduler.api import ALL_PARTS, Api

    return Api(airflow).healthy(ALL_PARTS)


def test_a_worker_killed_in_the_middle_of_a_settlement_changes_nothing_of_it(
    installation: Installation, by_command_line: Path, record_property: Callable[[str, object], None]
) -> None:
    admin = installation.admin
    admin.read()
    for dag_id, state in (("ingest_journal", "success"), ("ingest_fiches", "failed")):
        _first_run(admin, dag_id, state)
    wait(lambda: admin.runs("reconcile"), "no reconciliation")
    admin.idle("ingest_journal", "ingest_fiches", "reconcile", "settle_quarter")
    shutil.rmtree(installation.home / "out", ignore_errors=True)

    with psycopg.connect(installation.warehouse) as held:
        held.execute("LOCK TABLE drafts IN EXCLUSIVE MODE")  # who has computed waits here before storing
        run_id = admin.trigger("settle_quarter", quarter="2026-T1")
        with psycopg.connect(installation.warehouse, autocommit=True) as looking:
            wait(lambda: looking.execute(WAITING).fetchone() == (2,), "both drafts at once", every=0.5)
        victim, index = _worker_of(installation, run_id)
        kill(installation.workers[victim])
        killed = time.monotonic()
        held.rollback()

    assert admin.ended("settle_quarter", run_id, 1200) == "success"
    record_property("seconds_to_recover", round(time.monotonic() - killed))
    tries = {task["map_index"]: task["try_number"] for task in _drafts(admin, run_id)}
    assert tries == {index: 2, 1 - index: 1}
    expected = {name: content for name, content in files(by_command_line).items() if name.startswith("2026-T1")}
    assert len(expected) == 4
    assert files(installation.home / "out") == expected
    with psycopg.connect(installation.warehouse) as connection:
        stored = connection.execute("SELECT convention, count(*) FROM drafts GROUP BY convention ORDER BY 1").fetchall()
    assert stored == [("AMF", 1), ("CALAE", 1), ("ENSEIGNE", 1), ("SPORT", 1)]
    assert _received(installation.home) == _received(by_command_line.parent)


def _first_run(admin: Person, dag_id: str, state: str) -> None:
    """The run that a DAG's schedule starts by itself; it takes in what waits in the inbox."""
    run = wait(lambda: admin.runs(dag_id), f"{dag_id} does not start by itself")[0]
    assert admin.ended(dag_id, run["dag_run_id"]) == state


def _drafts(admin: Person, run_id: str) -> list[dict[str, int]]:
    return [task for task in admin.tasks("settle_quarter", run_id) if task["task_id"] == "draft"]


def _worker_of(installation: Installation, run_id: str) -> tuple[str, int]:
    """A worker that drafts now, and the place of its task; each of the two has one."""
    where: dict[str, int] = {}
    for task in _drafts(installation.admin, run_id):
        above = {task["pid"], *(one.pid for one in psutil.Process(task["pid"]).parents())}
        for name, process in installation.workers.items():
            if process.pid in above:
                where[name] = task["map_index"]
    assert sorted(where) == list(WORKERS)
    assert sorted(where.values()) == [0, 1]
    return WORKERS[0], where[WORKERS[0]]


def _received(home: Path) -> list[tuple[int, ...]]:
    """How many rows of each kind the warehouse of a home holds."""
    with server.running(home) as url, psycopg.connect(url) as connection:
        return [
            connection.execute(f"SELECT count(*) FROM {name}").fetchone() or ()
            for name in ("deliveries", "contacts", "fiches", "sessions", "refused_rows")
        ]
