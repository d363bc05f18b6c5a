"""`saisines explain` of one saisine as its own command, the server up and the night’s `reconcile` done; and what a decision changes in its draft."""

import os
import subprocess
import time
from pathlib import Path
from statistics import median

import duckdb

from etl import settings
from etl.jobs import decide, explain, reconcile
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
        kept = timed(lambda: reconcile.run(home, settings.now()))
        taken = [timed(lambda one=one: _explain(one, environment)) for one in chosen]
        decided = _decided(home, chosen[0])
    return {
        "seconds": median(taken),
        "worst": max(taken),
        "stories": len(taken),
        "reconcile": kept,
        "decision": decided,
    }


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
