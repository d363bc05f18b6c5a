"""Times the core, step by step: `python -m benchmarks.core 1000000`. Prints seconds by step, the total and the peak memory."""

import resource
import sys
import time
from itertools import pairwise

from benchmarks.worlds import world
from etl.engine import statement
from etl.engine.compute import compute
from etl.model.quarter import Quarter


def main(saisines: int) -> None:
    """One draft of all conventions from tables in memory."""
    tables = world(saisines)
    print({name: tables[name].num_rows for name in ("contact", "fiche", "session")}, f"{_peak()} MB before")
    marks: list[tuple[str, float]] = []
    start = time.perf_counter()
    results = compute(tables, progress=lambda step: marks.append((step, time.perf_counter())))
    end = time.perf_counter()
    marks.append(("", end))
    steps = sorted(((after - at, name) for (name, at), (_, after) in pairwise(marks)), reverse=True)
    for seconds, name in steps[:25]:
        print(f"{seconds:8.2f} s  {name}")
    print(
        f"{end - start:8.2f} s  core, {_peak()} MB at its peak", {name: rows.num_rows for name, rows in results.items()}
    )
    made = statement.statements(results, ["AMF", "CALAE", "ENSEIGNE", "SPORT"], "2026-T1", Quarter.parse("2026-T1").end)
    print(
        f"{time.perf_counter() - end:8.2f} s  statements as data,",
        sum(one["total_cents"] for one in made.values()),
        "cents",
    )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
