"""Airflow's processes: started in the background, each in its group, and stopped for sure, also after a crash."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from etl import settings
from etl.model.errors import SaisinesError
from etl.scheduler.home import HOST, AirflowHome

COMPONENTS: dict[str, list[str]] = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
}
STOP_SECONDS = 15


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def migrating(airflow: AirflowHome) -> Iterator[None]:
    """Make or upgrade Airflow's tables in the background while the block runs, and wait for the end.

    Raises:
        SaisinesError: Airflow could not make them; its log says why.
    """
    with _log(airflow, "db-migrate").open("ab") as out:
        process = subprocess.Popen(_command("db", "migrate"), env=_environment(airflow), stdout=out, stderr=out)
    try:
        yield
    finally:
        code = process.wait()
    if code:
        raise SaisinesError(f"Airflow n’a pas pu préparer sa base (code {code}) ; voir {_log(airflow, 'db-migrate')}.")


@contextmanager
def running(
    airflow: AirflowHome, names: Iterable[str] = tuple(COMPONENTS)
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Run components of Airflow, all by default, while the block lasts; what an earlier run left behind is stopped first."""
    stop_leftovers(airflow)
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name in names:
            started[name] = _start(airflow, name, COMPONENTS[name])
            _remember(airflow, started)
        yield started
    finally:
        _stop([process.pid for process in started.values()])
        for process in started.values():
            process.wait()
        _pid_file(airflow).unlink(missing_ok=True)


def check_alive(airflow: AirflowHome, started: dict[str, subprocess.Popen[bytes]]) -> None:
    """Raise a SaisinesError if a component has ended by itself."""
    for name, process in started.items():
        if process.poll() is not None:
            where = _log(airflow, name)
            raise SaisinesError(f"Airflow ({name}) s’est arrêté (code {process.returncode}) ; voir la fin de {where}.")


def _log(airflow: AirflowHome, name: str) -> Path:
    return airflow.logs / f"{name}.log"


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "airflow", *arguments]


def _environment(airflow: AirflowHome) -> dict[str, str]:
    return settings.child_environment(
        AIRFLOW_HOME=str(airflow.folder), AIRFLOW_CONFIG=str(airflow.folder / "airflow.cfg")
    )


def _start(airflow: AirflowHome, name: str, arguments: list[str]) -> subprocess.Popen[bytes]:
    """Start a component as the leader of its own group, so that its children can be stopped with it."""
    with _log(airflow, name).open("ab") as out:
        return subprocess.Popen(
            _command(*arguments),
            env=_environment(airflow),
            cwd=airflow.folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def _pid_file(airflow: AirflowHome) -> Path:
    return airflow.folder / "services.json"


def _remember(airflow: AirflowHome, started: dict[str, subprocess.Popen[bytes]]) -> None:
    import psutil

    known = {str(process.pid): psutil.Process(process.pid).create_time() for process in started.values()}
    _pid_file(airflow).write_text(json.dumps(known), encoding="utf-8")


def stop_leftovers(airflow: AirflowHome) -> None:
    """Stop the components that a killed command left, and no other process that has since taken their numbers."""
    import psutil

    path = _pid_file(airflow)
    if not path.exists():
        return
    ours = []
    for pid, created in json.loads(path.read_text(encoding="utf-8")).items():
        with suppress(psutil.NoSuchProcess):
            if abs(psutil.Process(int(pid)).create_time() - created) < 1:
                ours.append(int(pid))
    _stop(ours)
    path.unlink()


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
    psutil.wait_procs(left, timeout=STOP_SECONDS)
