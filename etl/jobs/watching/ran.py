"""How a job went: told to the logs and the metrics, and kept in the warehouse for `saisines status` and the watch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from etl import settings, telemetry
from etl.warehouse.noticed import save_run
from etl.warehouse.server import connect


@contextmanager
def ran(home: Path, job: str, at: datetime, **labels: str) -> Iterator[dict[str, int]]:
    """Around the whole of a job: gives what it fills with its counts, and tells how it ended.

    Args:
        home: the folder of the state; its server is held while the block lasts.
        job: its name (`ingest`, `reconcile` …).
        at: the instant of the job.
        labels: codes that say more (`quarter`, `convention`).
    """
    settings.statsd()  # a wrong address is said before the work, not after it
    counts: dict[str, int] = {}
    started = time.perf_counter()
    with connect(home) as engine:
        outcome, error = "failed", ""
        try:
            yield counts
            outcome = "done"
        except BaseException as raised:
            error = type(raised).__name__
            raise
        finally:
            took = round((time.perf_counter() - started) * 1000)
            told = labels | ({"error": error} if error else {})
            telemetry.tell(home, job, outcome, took, counts, **told)
            with suppress(Exception), engine.begin() as connection:  # a job that went well stays so
                save_run(connection, job, outcome, {**counts, **told}, took, at)
