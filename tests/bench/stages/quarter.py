"""A quarter of 3 000 saisines, from its inbox to its drafts and documents: in one process, and as the commands that people type."""

import json
import os
import shutil
import subprocess
import time
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from etl import settings
from etl.jobs.intake import inbox, ingest
from etl.jobs.issuing import documents as snapshots
from etl.jobs.matching import reconcile
from etl.jobs.running import init, sample
from etl.jobs.settlement import draft
from etl.warehouse.server import connect, running
from tests.bench.measure import Figures, timed
from tests.bench.stages.startup import SAISINES

AT = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)
QUARTER = "2026-T1"
NOTES = 130


def one_process(saisines: int, folder: Path) -> Figures:
    """Inbox to drafts by the jobs themselves, imports included; then the documents of every statement."""
    box, home = _box(saisines, folder), folder / "home_quarter"
    shutil.rmtree(home, ignore_errors=True)
    marks: list[tuple[str, float]] = []
    settings.home = lambda: home
    began = time.perf_counter()
    with running(home, create=True):
        taken = {"init": timed(lambda: init.run(home, box / "conventions", box / "associations.csv", "bench", AT))}
        taken["ingest"] = timed(
            lambda: ingest.run(
                home, [box], AT, secret=b"bench", receptions=inbox.receptions([box], AT), progress=_marks(marks)
            )
        )
        taken["reconcile"] = timed(lambda: reconcile.run(home, AT))
        taken["draft"] = timed(lambda: draft.run(home, QUARTER, AT))
        seconds = time.perf_counter() - began
        documents = _documents(home)
    return {"seconds": seconds, "parts": taken, "ingest": _spent(marks), **documents}


def _box(saisines: int, folder: Path) -> Path:
    box = folder / f"inbox_{saisines}"
    if not box.exists():
        sample.run(box, saisines)
    return box


def _marks(marks: list[tuple[str, float]]) -> Any:
    return lambda stage, done, total: marks.append((stage, time.perf_counter()))


def _spent(marks: list[tuple[str, float]]) -> dict[str, float]:
    spent: dict[str, float] = {}
    for (stage, at), (_, after) in pairwise(marks):
        spent[stage] = spent.get(stage, 0.0) + after - at
    return spent


def _documents(home: Path) -> Figures:
    """The workbook of each convention, and the notes of those with the most payees until there are 130 of them."""
    from reports.note import render_notes
    from reports.workbook import render_workbook

    drafted = [json.loads(path.read_text()) for path in sorted((home / "out" / QUARTER).glob("*/releve.json"))]
    with connect(home) as engine:
        kept = [snapshots.drafted(engine, home, QUARTER, one["convention"], one["digest"]) for one in drafted]
    kept.sort(key=lambda one: -len(one["statement"]["payees"]))
    notes = (note for one in kept for note in render_notes(one))
    workbooks = timed(lambda: [render_workbook(one) for one in kept])
    made: list[Any] = []
    seconds = timed(lambda: made.extend(islice(notes, NOTES)))
    return {"documents": seconds + workbooks, "workbook_seconds": workbooks, "notes": len(made), "workbooks": len(kept)}


def commands(saisines: int, folder: Path) -> Figures:
    """init, ingest, reconcile, draft, each its own command with its own start."""
    box, home = _box(saisines, folder), folder / "home_commands"
    shutil.rmtree(home, ignore_errors=True)
    asked = {
        "init": ("init", "--conventions", str(box / "conventions"), "--associations", str(box / "associations.csv")),
        "ingest": ("ingest", str(box), "--file-dates"),
        "reconcile": ("reconcile",),
        "draft": ("draft", QUARTER),
    }
    own = os.environ | {"SAISINES_HOME": str(home), "SAISINES_PSEUDONYM_KEY": "bench-bench-bench-bench-bench-32"}
    taken = {name: timed(lambda words=words: _command(words, own)) for name, words in asked.items()}
    return {"seconds": sum(taken.values()), "parts": taken}


def _command(words: tuple[str, ...], environment: dict[str, str]) -> None:
    subprocess.run([SAISINES, *words], env=environment, check=True, capture_output=True)
