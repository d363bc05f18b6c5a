"""What only grows is cut, so that a house may run for years: the logs of tasks and components, lineage, Airflow's history.

Nothing of the warehouse goes here: what is personal there goes by `saisines purge`, the rest is kept.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from etl.jobs.watching.ran import ran
from etl.model.errors import AwayError
from etl.scheduler import processes

KEPT = timedelta(days=365)  # of access logs the CNIL says six to twelve months (deliberation 2021-122)
ROTATED_BYTES = 20_000_000
ROTATIONS = 5


def run(home: Path, at: datetime) -> dict[str, int]:
    """Delete old logs, turn over those that grew, and have Airflow forget its old runs.

    Args:
        home: the folder of the state.
        at: the instant.

    Returns:
        How many files were `deleted`, and how many `rotated`.

    Raises:
        AwayError: Airflow's history could not be cut; the rest is done.
    """
    with ran(home, "tidy", at) as counts:
        before = at - KEPT
        counts["deleted"] = sum(_delete(path, before) for path in _dated(home))
        counts["rotated"] = sum(_rotate(path) for path in _growing(home))
        log = home / "airflow" / "logs" / "db-clean.log"
        if code := processes.clean_history(before, log):
            raise AwayError(f"L’historique d’Airflow n’a pu être réduit (code {code}) ; voir {log}.")
    return dict(counts)


def _dated(home: Path) -> list[Path]:
    """The files that are written once: of each task, of each reading of the DAGs, of each month of ours."""
    logs = home / "airflow" / "logs"
    found = [path for folder in ("dag_id=*", "dag_processor") for path in logs.glob(f"{folder}/**/*")]
    return [*found, *(home / "logs").glob("*.jsonl")]


def _growing(home: Path) -> list[Path]:
    """The files that are written on and on."""
    logs = home / "airflow" / "logs"
    return [*logs.glob("*.log"), *logs.glob("*.jsonl"), *(home / "postgres").glob("server.log")]


def _delete(path: Path, before: datetime) -> bool:
    """Delete a file of before, and the folders that it leaves empty."""
    with suppress(OSError):  # gone meanwhile, or not ours
        if path.is_file() and path.stat().st_mtime < before.timestamp():
            path.unlink()
            _prune(path.parent)
            return True
    return False


def _prune(folder: Path) -> None:
    with suppress(OSError):  # not empty
        while folder.name != "logs":
            folder.rmdir()
            folder = folder.parent


def _rotate(path: Path) -> bool:
    """Put a large file aside and empty it: who writes has it open, and goes on at its end, which is then its beginning."""
    if path.stat().st_size < ROTATED_BYTES:
        return False
    for older, newer in _names(path):
        if newer.exists():
            newer.replace(older)
    aside = path.with_name(f"{path.name}.1")
    with path.open("rb") as source, os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as sink:
        shutil.copyfileobj(source, sink)
    os.truncate(path, 0)
    return True


def _names(path: Path) -> Iterator[tuple[Path, Path]]:
    for number in range(ROTATIONS, 1, -1):
        yield path.with_name(f"{path.name}.{number}"), path.with_name(f"{path.name}.{number - 1}")
