"""The whole computation of a draft from tables in memory: every rule, the rating, the settlement, the checks; and, apart, the statements as data."""

import time
from itertools import pairwise
from pathlib import Path

from etl.engine import statement
from etl.engine.compute import compute
from etl.engine.plan import steps
from tests.bench import worlds
from tests.bench.measure import Figures, timed
from tests.bench.stages.matching import STEPS

CONVENTIONS = ("AMF", "CALAE", "ENSEIGNE", "SPORT")
PARTS = {
    "reconcile": "saisines and fiches",
    "rules": "rules",
    "rate": "rating",
    "settle": "settlement",
    "checks": "checks",
}


def run(saisines: int, folder: Path) -> Figures:
    """Seconds by part of the plan and in all; `heaviest` names the ten longest steps."""
    tables, memory_limit = worlds.inputs(saisines, folder)
    marks: list[tuple[str, float]] = []
    results = compute(
        tables, progress=lambda step: marks.append((step, time.perf_counter())), memory_limit=memory_limit
    )
    marks.append(("", time.perf_counter()))
    spent = {name: after - at for (name, at), (_, after) in pairwise(marks)}
    parts = dict.fromkeys((*PARTS.values(), "matching"), 0.0)
    for name, seconds in spent.items():
        parts["matching" if name in STEPS else PARTS[steps()[name].folder]] += seconds
    return {
        "seconds": marks[-1][1] - marks[0][1],
        "parts": parts,
        "heaviest": dict(sorted(spent.items(), key=lambda one: -one[1])[:10]),
        "lines": results["line"].num_rows,
    }


def statements(saisines: int, folder: Path) -> Figures:
    """The same results as the data of the statements, digest included."""
    results = compute(worlds.load(folder))
    made: dict[str, dict[str, object]] = {}
    seconds = timed(
        lambda: made.update(statement.statements(results, CONVENTIONS, worlds.YEAR.quarter, worlds.YEAR.cutoff))
    )
    return {"seconds": seconds, "lines": results["line"].num_rows, "conventions": len(made)}


def pandas(saisines: int, folder: Path) -> Figures:
    """The same in pandas, of the plainest part of the rules (`tests.bench.pandas_rules`): less work, as a lower bound."""
    from tests.bench.pandas_rules import settle

    frames = {name: rows.to_pandas() for name, rows in worlds.load(folder).items()}
    began = time.perf_counter()
    lines = settle(frames)
    return {
        "seconds": time.perf_counter() - began,
        "lines": len(lines),
        "total_cents": int(lines["amount_cents"].sum()),
    }
