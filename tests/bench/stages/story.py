"""`saisines explain` of one saisine as its own command, the server up and the results of the day kept; and what a decision changes in its draft."""

import os
import subprocess
import time
from pathlib import Path
from statistics import median

import duckdb

from etl import settings
from etl.engine.compute import compute
from etl.jobs.matching import decide, kept, results
from etl.jobs.settlement.inputs import gather
from etl.jobs.story import explain
from etl.jobs.story.facts import OF_SAISINE
from etl.model.quarter import civil_day
from etl.warehouse.server import connect
from tests.bench import homes
from tests.bench.measure import ROOT, Figures, timed
from tests.bench.stages.startup import SAISINES

# With sessions, with a repaired reference, with another saisine of the same person, of each convention.
CHOSEN = """
select any_value(contact.reference order by contact_id) from contact
join truth on truth.saisine = (substr(reference, 3, 2) || substr(reference, 6, 6))::bigint join fiche using (fiche_id)
group by contact.convention, kind order by all limit 7"""


def run(saisines: int, folder: Path) -> Figures:
    """The median and the worst of a few saisines; then one decision and the story again, in one process."""
    with duckdb.connect() as connection:
        for name in ("contact", "fiche", "truth"):
            connection.execute(f"create view {name} as from '{folder}/{name}.parquet'").fetchall()
        chosen = [row[0] for row in connection.execute(CHOSEN).fetchall()]
    home = folder / "home"
    environment = os.environ | {"SAISINES_HOME": str(home)}
    with homes.held(home):
        seconds = timed(lambda: _keep(home))
        taken = [timed(lambda one=one: _explain(one, environment)) for one in chosen]
        decided = _decided(home, chosen[0])
    return {
        "seconds": median(taken),
        "worst": max(taken),
        "stories": len(taken),
        "keep": seconds,
        "decision": decided,
    }


def _keep(home: Path) -> None:
    """The part of the results of `reconcile` that stories are told from; the desk's queue, stakes and proposals are left out."""
    day = civil_day(settings.now())
    with connect(home) as engine:
        state, inputs = kept.state_of(engine), gather(engine, day)
    path, quarter = kept.place(home, state, day), inputs.last_quarter()
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as database:
        results.fill(database, state, inputs, quarter, compute(inputs.over(quarter), OF_SAISINE | {"exact"}))


def _explain(reference: str, environment: dict[str, str]) -> None:
    subprocess.run([SAISINES, "explain", reference], env=environment, cwd=ROOT, check=True, capture_output=True)


def _decided(home: Path, reference: str) -> float:
    """Seconds from a decision to its story, in one process as the desk does both; the decision is withdrawn."""
    own = {"reference": reference, "author": "bench", "reason": "mesure"}
    began = time.perf_counter()
    decide.run(home, [{"kind": "dispute", **own}], settings.now())
    explain.run(home, reference, "bench", settings.now())
    taken = time.perf_counter() - began
    decide.run(home, [{"kind": "withdraw", "code": "dispute", **own}], settings.now())
    return taken
