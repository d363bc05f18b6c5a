"""Airflow's processes: started in the background, each in its group, and stopped for sure, also after a crash."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from etl import settings
from etl.model.errors import SaisinesError
from etl.scheduler.configuration import HOST
from etl.scheduler.home import AirflowHome

COMPONENTS: dict[str, list[str]] = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}
DEMONSTRATION = ("api-server", "scheduler", "dag-processor")
STOP_SECONDS = 15

Started = dict[str, subprocess.Popen[bytes]]


def free_port() -> int:
    """A port of the loopback that nobody uses now, below those that systems give to whoever connects out (from 32 768 on)."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of the loopback."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0


@contextmanager
def migrating(airflow: AirflowHome, accounts: bool = False) -> Iterator[None]:
    """Make or upgrade Airflow's tables in the background while the block runs, and wait for the end.

    Args:
        airflow: prepared.
        accounts: write FAB's roles and first administrator too.

    Raises:
        SaisinesError: Airflow could not make them; its log says why.
    """
    where, module = log(airflow, "db-migrate"), ["-m", "etl.scheduler.accounts"]
    command = [sys.executable, *module] if accounts else _command("db", "migrate")
    with where.open("ab") as out:
        process = subprocess.Popen(
            command, env=environment(airflow), stdin=subprocess.PIPE, stdout=out, stderr=out, text=True
        )
    assert process.stdin is not None
    try:
        with suppress(BrokenPipeError):
            process.stdin.write(airflow.password + "\n")
            process.stdin.close()
        yield
    finally:
        code = process.wait()
    if code:
        raise SaisinesError(f"Airflow n’a pas pu préparer sa base (code {code}) ; voir {where}.")


def clean_history(before: datetime, where: Path) -> int:
    """Have the Airflow that runs us forget what is older than an instant, but the last run of each DAG; gives its exit code.

    Args:
        before: the instant.
        where: the file that takes what it says.
    """
    command = _command("db", "clean", "--clean-before-timestamp", before.isoformat(), "--skip-archive", "--yes")
    with where.open("wb") as out:
        done = subprocess.run(
            [*command, "--error-on-cleanup-failure"],
            env=settings.airflow_environment(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            check=False,
        )
    return done.returncode


@contextmanager
def running(airflow: AirflowHome, names: Iterable[str] = DEMONSTRATION) -> Iterator[Started]:
    """Run components of Airflow while the block lasts; what an earlier run left behind is stopped first."""
    stop_leftovers(airflow)
    started: Started = {}
    try:
        for name in names:
            start(airflow, name, started)
        yield started
    finally:
        _stop([process.pid for process in started.values()])
        for process in started.values():
            process.wait()
        _pid_file(airflow.folder).unlink(missing_ok=True)


def start(airflow: AirflowHome, name: str, started: Started) -> None:
    """Start one component as the leader of its own group, so that its children can be stopped with it; remember it."""
    with log(airflow, name).open("ab") as out:
        started[name] = subprocess.Popen(
            _command(*COMPONENTS[name]),
            env=environment(airflow),
            cwd=airflow.folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    _remember(airflow, started)


def start_again(airflow: AirflowHome, name: str, started: Started) -> None:
    """Start a component that has ended, after what is left of its group."""
    with suppress(ProcessLookupError):
        os.killpg(started[name].pid, signal.SIGKILL)
    start(airflow, name, started)


def check_alive(airflow: AirflowHome, started: Started) -> None:
    """Raise a SaisinesError if a component has ended by itself."""
    for name in ended(started):
        code = started[name].returncode
        raise SaisinesError(f"Airflow ({name}) s’est arrêté (code {code}) ; voir la fin de {log(airflow, name)}.")


def ended(started: Started) -> list[str]:
    """The components that have ended by themselves."""
    return [name for name, process in started.items() if process.poll() is not None]


def components(home: Path) -> dict[str, bool]:
    """Which components of Airflow run on this machine for a home; all are down when it was never started here."""
    alive = set(_alive(home / "airflow").values())
    return {name: name in alive for name in COMPONENTS}


def log(airflow: AirflowHome, name: str) -> Path:
    """Where a component writes what it says."""
    return airflow.logs / f"{name}.log"


def environment(airflow: AirflowHome) -> dict[str, str]:
    """What a process of this Airflow is told by its environment."""
    return settings.child_environment(
        AIRFLOW_HOME=str(airflow.folder), AIRFLOW_CONFIG=str(airflow.folder / "airflow.cfg")
    )


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "airflow", *arguments]


def _pid_file(folder: Path) -> Path:
    return folder / "processes.json"


def _remember(airflow: AirflowHome, started: Started) -> None:
    """Write number, birth and boot of each process: a number alone may since be another's."""
    known = {}
    for name, process in started.items():
        if (created := born(process.pid)) is not None:
            known[str(process.pid)] = [name, created, boot()]
    path = _pid_file(airflow.folder)
    path.with_suffix(".new").write_text(json.dumps(known), encoding="utf-8")
    path.with_suffix(".new").replace(path)


def born(pid: int) -> float | None:
    """When a process was started, in seconds since the machine was, which no setting of the clock changes; None when it is no more."""
    import psutil

    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            return float(process.create_time() - psutil.boot_time())
    return None


def boot() -> str:
    """Which start of the machine this is, where the kernel says so."""
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


def _is_same(pid: int, created: float, booted: str = "") -> bool:
    """Whether the process of that number is still the one that was started then."""
    found = born(pid) if booted == boot() else None
    return found is not None and abs(found - created) < 1


def _alive(folder: Path) -> dict[int, str]:
    """The remembered processes that still live, by number."""
    path = _pid_file(folder)
    if not path.exists():
        return {}
    read = json.loads(path.read_text(encoding="utf-8"))
    return {int(pid): name for pid, (name, *birth) in read.items() if _is_same(int(pid), *birth)}


def stop_leftovers(airflow: AirflowHome) -> None:
    """Stop the components that a killed command left, and no other process that has since taken their numbers."""
    _stop(list(_alive(airflow.folder)))
    _pid_file(airflow.folder).unlink(missing_ok=True)


def _stop(leaders: list[int]) -> None:
    """Ask components to end, wait, then end what is left of them and of the tasks they had started."""
    import psutil

    family: list[psutil.Process] = []
    for leader in leaders:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(leader)
            family += [process, *process.children(recursive=True)]
    for leader in leaders:
        with suppress(ProcessLookupError):
            os.killpg(leader, signal.SIGTERM)
    _, left = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    for leader in leaders:  # and what was born since they were counted
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)
    psutil.wait_procs(left, timeout=STOP_SECONDS)
