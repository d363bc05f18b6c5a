"""How long a page of the desk takes over 100 000 discrepancies, and what it weighs: `python -m tests.bench.desk`.

The results file has the shape that `reconcile` gives it; the rows are invented. Each page is asked several times through the
whole app (roles, template, headers) and the best time kept: the machine is shared.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

from etl.jobs.matching.kept import beside

ROWS = 100_000
TIMES = 7
MOST_MS, MOST_BYTES = 200, 300_000
PAGES = {
    "première page": "/ecarts",
    "page 1 500": "/ecarts?page=1500",
    "un code, par enjeu": "/ecarts?code=CODE_7&sort=-stake",
    "une association, par âge": "/ecarts?association=AAV077&age=90&sort=age",
    "une référence": "/ecarts?text=FV26-0123",
    "tout, dernière page": "/ecarts?state=tous&page=99999",
}
QUEUE = """create table queue as select md5(i::text)[:16] as id, md5(i::text)[:12] as fiche, 'CODE_' || i % 40 as code,
    'BHW'[i % 3 + 1] as severity, 'Une phrase en français, longue comme celles du catalogue.' as sentence,
    printf('FV26-%06d-A', i // 3) as reference, 'CONV' || i % 4 as convention, printf('AAV%03d', i % 130) as association,
    null::text as written, '2026-02-03' as detail, null::int as decision_id, date '2026-01-01' + (i % 90)::int as since,
    (i % 400)::int as age_days, i % 3 + 1 as rank, i % 2 = 0 as acceptable, (i % 5000)::bigint as stake_cents from range(?) as t(i)"""
ABOUT = "create table about as select ?::date as day, '2026-T1' as quarter, 2026 as year, 0 as last_decision, null::bigint as set_id"


def say(line: str) -> None:
    """One line of the report."""
    sys.stdout.write(line + "\n")


class Account:
    """Who asks."""

    def get_name(self) -> str:
        return "camille"


def results(path: Path, rows: int = ROWS) -> None:
    """A file of results, and what is shown of so many discrepancies."""
    with duckdb.connect(str(path)) as database:
        database.execute(ABOUT, [date(2026, 7, 20)])
    with duckdb.connect(str(beside(path))) as database:
        database.execute(QUEUE, [rows])
        database.execute("create table returned as select 'FV26-000001-A' as reference")


def served(home: Path, rows: int = ROWS):
    """The desk over such a file, in the place of the warehouse's own results."""
    os.environ["SAISINES_HOME"] = str(home)
    (home / "bureau.json").write_text('{"camille": "coordination"}', encoding="utf-8")
    from fastapi.testclient import TestClient

    from etl.web import access, app, deciding, snapshot

    path = home / "resultats.duckdb"
    results(path, rows)
    started = time.perf_counter()
    kept = snapshot.Shown(snapshot.opened(home, path), False)
    opened_ms = (time.perf_counter() - started) * 1000
    snapshot.shown = lambda home=None: kept
    deciding.since = lambda home, number: ({}, 0)
    made = app.create_app(b"secret of the bench")
    made.dependency_overrides[access.authenticate] = Account
    return TestClient(made), opened_ms


def main() -> int:
    """Print a line a page; 1 when one is too slow or too heavy."""
    with tempfile.TemporaryDirectory() as folder:
        client, opened_ms = served(Path(folder))
        say(f"{ROWS} écarts, fichier ouvert en {opened_ms:.0f} ms")
        missed = 0
        for name, path in PAGES.items():
            took, size = [], 0
            for _ in range(TIMES):
                started = time.perf_counter()
                size = len(client.get(path).raise_for_status().content)
                took.append((time.perf_counter() - started) * 1000)
            good = min(took) <= MOST_MS and size <= MOST_BYTES
            missed += not good
            say(
                f"{name:<26} première {took[0]:6.0f} ms   meilleure {min(took):6.0f} ms   {size / 1000:5.0f} ko   {'tenu' if good else 'MANQUÉ'}"
            )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
