"""`saisines up` and `down`: Airflow and the desk on this machine, for real work, until told to stop.

A watcher, detached from the terminal, holds the warehouse's server and the components, and starts again whichever ends
by itself. Under systemd the watcher is the service itself (`up --foreground`).
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from etl import settings
from etl.jobs.running import demonstration
from etl.model.errors import SaisinesError
from etl.scheduler import processes
from etl.scheduler.api import ALL_PARTS, Api, wait
from etl.scheduler.configuration import Settings
from etl.scheduler.home import USER, AirflowHome, known, prepare_real
from etl.warehouse import server

PORT = 8080
READY_SECONDS, STOP_SECONDS = 300, 90
TASKS_MIN, TASKS_MAX = 2, 8  # at a time; a task that drafts wants a core and about a gigabyte
WATCH_SECONDS = 2
PATIENCE_SECONDS = (0, 2, 10, 60)  # before starting again what has just ended, the more often the longer
SETTLED_SECONDS = 600  # after which an end is counted as the first

Say = Callable[[str], None]


def run(home: Path, say: Say, port: int | None = None) -> None:
    """Start everything in the background and come back when it is ready. Already up: says so.

    Args:
        home: an initialised one.
        say: told what goes on, in French.
        port: of the API server on the loopback; by default the one used before, else `PORT`.

    Raises:
        SaisinesError: no warehouse yet, a demonstration's, or Airflow does not start.
    """
    demonstration.refuse(home)
    if _watcher(home) is not None:
        say("Déjà démarré.")
        _tell(home, say)
        return
    with server.connect(home):  # refuses a home without a warehouse of ours, and is quicker to say so
        say("Démarrage d’Airflow (ordonnanceur, lecture des DAG, déclencheur, API et bureau)…")
        started, before = time.monotonic(), known(home)
        if before is not None:
            processes.stop_leftovers(before)  # whose signs of life would be taken for those of what starts
        _detach(home, port)
        _wait_ready(home, started)
    say(f"Prêt en {time.monotonic() - started:.0f} s.")
    _tell(home, say)


def watch(home: Path, say: Say, port: int | None = None, extra: Settings | None = None) -> None:
    """Run everything in this process's children until it is told to stop (SIGTERM or SIGINT).

    Args:
        home: an initialised one.
        say: told what goes on, in French.
        port: as for `run`.
        extra: options of Airflow's that have the last word.

    Raises:
        SaisinesError: it runs already, or Airflow's tables cannot be made.
    """
    demonstration.refuse(home)
    os.umask(0o077)  # whatever it and its tasks write is for its account alone
    with _only_one(home), server.connect(home):
        before = known(home)
        chosen = port or (before.port if before else PORT)
        airflow = prepare_real(home, server.airflow_url(home), chosen, _tasks(), extra)
        processes.stop_leftovers(airflow)
        _refuse_taken(chosen)
        with processes.migrating(airflow, accounts=True):
            pass
        with processes.running(airflow, processes.COMPONENTS) as started:
            say(f"Airflow : {airflow.url}")
            _keep(home, airflow, started, say)


def down(home: Path, say: Say) -> None:
    """Stop everything; also what a watcher that was killed left behind. Already stopped: says so."""
    watcher, airflow = _watcher(home), known(home)
    if watcher is not None:
        with suppress(ProcessLookupError):
            os.kill(watcher, signal.SIGTERM)
        if not wait(lambda: _watcher(home) is None, STOP_SECONDS):
            with suppress(ProcessLookupError):
                os.kill(watcher, signal.SIGKILL)
    left = airflow is not None and any(processes.components(home).values())
    if airflow is not None:
        processes.stop_leftovers(airflow)
    if (home / "postgres" / "PG_VERSION").exists() and settings.database_url() is None:
        with server.running(home):  # whoever leaves last stops it
            pass
    say("Arrêté." if watcher is not None or left else "Rien ne tournait.")


def is_up(home: Path) -> bool:
    """Whether a watcher runs for this home on this machine."""
    return _watcher(home) is not None


def _detach(home: Path, port: int | None) -> None:
    """Start the watcher as a session of its own: it outlives the terminal."""
    logs = home / "airflow" / "logs"
    for folder in (logs.parent, logs):
        folder.mkdir(mode=0o700, exist_ok=True)
    command = [sys.executable, "-m", "etl.cli", "up", "--foreground", *(["--port", str(port)] if port else [])]
    with os.fdopen(os.open(logs / "up.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600), "wb") as out:
        subprocess.Popen(
            command,
            env=settings.child_environment(),
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def _wait_ready(home: Path, started: float) -> None:
    seen = False

    def ready() -> bool:
        nonlocal seen
        alive = _watcher(home) is not None
        if (seen and not alive) or (not alive and time.monotonic() - started > READY_SECONDS / 4):
            raise SaisinesError(_why(home))
        seen = seen or alive
        airflow = known(home)
        return (
            seen
            and airflow is not None
            and all(processes.components(home).values())
            and Api(airflow).healthy(ALL_PARTS)
        )

    if not wait(ready, READY_SECONDS):
        raise SaisinesError(
            f"Airflow n’est pas prêt après {READY_SECONDS} s ; ses journaux sont dans {home / 'airflow' / 'logs'}."
        )


def _why(home: Path) -> str:
    """What the watcher said last."""
    path = home / "airflow" / "logs" / "up.log"
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].removeprefix("saisines : ") if lines else f"Le démarrage a échoué ; voir {path.parent}."


def _keep(home: Path, airflow: AirflowHome, started: processes.Started, say: Say) -> None:
    """Start again what ends, until told to stop."""
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: asked.append(number))
    ends: dict[str, list[float]] = {}
    due: dict[str, float] = {}
    trouble = ""
    while not asked:
        now = time.monotonic()
        for name in processes.ended(started):
            if name not in due:
                recent = [one for one in ends.get(name, []) if now - one < SETTLED_SECONDS]
                ends[name] = [*recent, now]
                due[name] = now + PATIENCE_SECONDS[min(len(recent), len(PATIENCE_SECONDS) - 1)]
                _log(say, f"{name} s’est arrêté (code {started[name].returncode}) : relancé")
            elif now >= due[name]:
                del due[name]
                processes.start_again(airflow, name, started)
        said, trouble = trouble, _hold(home)
        if trouble and trouble != said:
            _log(say, trouble)
        time.sleep(WATCH_SECONDS)


def _hold(home: Path) -> str:
    """Start the warehouse's server again if it was stopped or killed; gives why it cannot be now, the disk being full for instance."""
    try:
        with server.running(home):
            return ""
    except SaisinesError as error:
        return error.message


def _log(say: Say, what: str) -> None:
    say(f"{settings.now():%Y-%m-%d %H:%M:%S} {what}")


def _tasks() -> int:
    return max(TASKS_MIN, min(TASKS_MAX, os.cpu_count() or TASKS_MIN))


def _refuse_taken(port: int) -> None:
    if not processes.is_free(port):
        raise SaisinesError(f"Le port {port} est pris ; choisissez-en un autre avec --port, ou arrêtez qui l’occupe.")


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Hold the home for one watcher; the kernel lets go of it however the watcher ends."""
    with _lock(home).open("a+", encoding="ascii") as file:
        if not wait(lambda: _taken(file), 2, 0.1):  # whoever looks whether we run holds it for an instant
            raise SaisinesError("Airflow tourne déjà pour ce dossier d’état ; « saisines down » l’arrête.")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def _taken(file: IO[str], how: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock(home: Path) -> Path:
    return home / "up.lock"


def _watcher(home: Path) -> int | None:
    """The number of the watcher's process, None when there is none."""
    if not _lock(home).exists():
        return None
    with _lock(home).open("r", encoding="ascii") as file:
        return None if _taken(file, fcntl.LOCK_SH) else int(file.read() or 0) or None


def _tell(home: Path, say: Say) -> None:
    airflow = known(home)
    assert airflow is not None
    say("")
    say(f"  Airflow    {airflow.url}/")
    say(f"  Bureau     {airflow.url}/bureau/")
    say(f"  Compte     {USER}, premier mot de passe dans {home / 'airflow' / 'premier-mot-de-passe'}")
    say(f"  Journaux   {airflow.logs}")
    say("")
    say("« saisines status » dit ce qui tourne ; « saisines down » arrête tout.")
