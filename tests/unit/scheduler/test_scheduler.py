"""Our own Airflow's folder and processes: private, kept between starts, and never left behind."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from etl import settings
from etl.jobs.running import up
from etl.model.errors import AwayError, SaisinesError
from etl.scheduler import home, processes, runs
from etl.scheduler.api import Api, wait

URL = "postgresql+psycopg2://saisines@/airflow?host=%2Ftmp%2Fx&port=5432"


def test_the_configuration_says_what_airflow_is_to_do(tmp_path: Path) -> None:
    made = home.prepare(tmp_path, URL, 8765)
    read = ConfigParser()
    read.read(made.folder / "airflow.cfg")
    assert read["database"]["sql_alchemy_conn"] == URL
    assert read["api"]["host"] == "127.0.0.1"
    assert read["core"]["parallelism"] == "2"
    assert read["core"]["load_examples"] == "False"
    assert read["usage_data_collection"]["enabled"] == "False"
    assert Path(read["core"]["dags_folder"], "settle_quarter.py").exists()


def test_secrets_are_readable_by_their_owner_alone_and_kept(tmp_path: Path) -> None:
    first = home.prepare(tmp_path, URL, 8765)
    before = (first.folder / "secrets.json").read_text()
    again = home.prepare(tmp_path, URL, 9999)
    assert (again.folder / "secrets.json").read_text() == before
    assert again.password == first.password
    for path in again.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name


def test_secrets_that_are_damaged_are_said_and_not_drawn_anew(tmp_path: Path) -> None:
    made = home.prepare(tmp_path, URL, 8765)
    (made.folder / "secrets.json").write_text("")
    with pytest.raises(SaisinesError, match=r"secrets\.json : secrets abîmés"):
        home.prepare(tmp_path, URL, 8765)
    assert (made.folder / "secrets.json").read_text() == ""


def test_a_warehouse_that_cannot_start_now_does_not_end_the_watcher(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = ["le disque est plein", "le disque est plein", ""]

    @contextmanager
    def running(home: Path) -> Iterator[str]:
        if why := tries.pop(0):
            raise AwayError(why)
        os.kill(os.getpid(), signal.SIGTERM)  # told to stop, once it is back
        yield ""

    said: list[str] = []
    monkeypatch.setattr(up.server, "running", running)
    monkeypatch.setattr(up, "WATCH_SECONDS", 0)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        up._keep(tmp_path, home.prepare(tmp_path, URL, 8765), {}, said.append)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert [line.partition(" le ")[2] for line in said] == ["disque est plein"]
    assert tries == []


def test_two_homes_do_not_share_their_secrets(tmp_path: Path) -> None:
    one, other = home.prepare(tmp_path / "a", URL, 1), home.prepare(tmp_path / "b", URL, 1)
    assert one.password != other.password
    assert len(json.loads((one.folder / "secrets.json").read_text())["jwt_secret"]) >= 64


def test_a_child_does_not_hear_of_another_airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://production")
    monkeypatch.setenv("AIRFLOW_HOME", "/production")
    child = settings.child_environment(AIRFLOW_HOME="/ours")
    assert child["AIRFLOW_HOME"] == "/ours"
    assert "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" not in child


def sleeper() -> subprocess.Popen[bytes]:
    """A process with a child, in a group of its own, as a component of Airflow is."""
    program = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", program], start_new_session=True)
    assert wait(lambda: bool(psutil.Process(process.pid).children()), 10, 0.05)
    return process


def test_what_a_killed_command_left_is_stopped_with_its_children(tmp_path: Path) -> None:
    made = home.prepare(tmp_path, URL, 8765)
    process = sleeper()
    child = psutil.Process(process.pid).children()[0]
    remember(made, process.pid)
    processes.stop_leftovers(made)
    process.wait(5)
    assert not psutil.pid_exists(process.pid)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    assert not (made.folder / "processes.json").exists()


def test_a_process_that_took_the_number_of_an_old_one_is_left_alone(tmp_path: Path) -> None:
    made = home.prepare(tmp_path, URL, 8765)
    process = sleeper()
    try:
        for strange in ({"born": -5000.0}, {"boot": "another start of the machine"}):
            remember(made, process.pid, **strange)
            processes.stop_leftovers(made)
            assert process.poll() is None
    finally:
        processes._stop([process.pid])
        process.wait(5)


@pytest.mark.parametrize("seconds", [-86_400, 3, 86_400])
def test_a_clock_that_is_set_takes_nobody_for_another(
    seconds: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, start = home.prepare(tmp_path, URL, 8765), psutil._psplatform.boot_time()
    process = sleeper()
    try:
        remember(made, process.pid)
        monkeypatch.setattr(psutil._psplatform, "boot_time", lambda: start + seconds)  # as the kernel then says
        assert processes.components(tmp_path)["scheduler"]
    finally:
        processes._stop([process.pid])
        process.wait(5)


def remember(made: home.AirflowHome, pid: int, **strange: float | str) -> None:
    """Write of a process what a start of Airflow writes of its components, but for what is strange."""
    facts = {"born": processes.born(pid), "boot": processes.boot()} | strange
    (made.folder / "processes.json").write_text(json.dumps({str(pid): ["scheduler", *facts.values()]}))


class FakeApi:
    """An Airflow whose DAGs start by themselves, or not."""

    def __init__(self, due: set[str]) -> None:
        self.due, self.triggered, self.running = due, list[str](), set[str]()

    def unpause(self, dag_id: str) -> None:
        self.running |= {dag_id} & self.due

    def trigger(self, dag_id: str) -> None:
        self.triggered.append(dag_id)

    def runs(self, dag_id: str) -> list[dict[str, str]]:
        return [{"dag_run_id": "scheduled", "state": "running"}] if dag_id in self.running else []


def test_a_run_is_asked_for_only_where_the_schedule_has_none_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "OWN_START_SECONDS", 0.1)
    api = FakeApi({"ingest_journal"})
    runs.start(api, ["ingest_journal", "ingest_fiches"], set())  # type: ignore[arg-type]
    assert api.triggered == ["ingest_fiches"]


class CallingApi:
    """An Airflow where the end of an ingestion calls the reconciliation, whose run is made after several looks."""

    logs = Path("logs")

    def __init__(self, looks: int) -> None:
        self.left = looks

    def runs(self, dag_id: str) -> list[dict[str, str]]:
        self.left -= 1
        there = dag_id == "ingest_journal" or self.left <= 0
        return [{"dag_run_id": "manual", "state": "success"}] if there else []

    def is_called(self, dag_id: str) -> bool:
        return dag_id == "reconcile" and self.left > 0

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        return []


@pytest.mark.parametrize("looks", range(1, 9))
def test_a_run_that_another_sets_off_is_awaited_too(looks: int) -> None:
    ended = runs.follow(CallingApi(looks), ["ingest_journal", "reconcile"], set(), print, 30)  # type: ignore[arg-type]
    assert ended == {(dag_id, "manual"): "success" for dag_id in ("ingest_journal", "reconcile")}


def test_an_airflow_that_does_not_answer_is_not_healthy_and_said_to_be_away(tmp_path: Path) -> None:
    nobody = Api(home.prepare(tmp_path, URL, processes.free_port()))
    assert not nobody.healthy()
    with pytest.raises(AwayError, match="Airflow ne répond pas"):
        nobody.dags()


def test_a_free_port_is_one_that_no_outgoing_connection_is_given() -> None:
    ports = {processes.free_port() for _ in range(50)}
    assert len(ports) > 1
    assert all(1024 < port < 32_768 and processes.is_free(port) for port in ports)
