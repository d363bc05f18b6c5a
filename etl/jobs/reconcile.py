"""`saisines reconcile`: saisines, matches and discrepancies, as known now. Computed again each time; writes one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.engine import statement
from etl.engine.compute import compute
from etl.jobs.draft import as_json
from etl.jobs.files import write_atomically
from etl.jobs.inputs import gather, parameters
from etl.model.quarter import Quarter, civil_day
from etl.warehouse.server import connect

if TYPE_CHECKING:
    import pyarrow as pa

WANTED = frozenset({"match", "discrepancy", "saisine_case", "counting"})


@dataclass(frozen=True)
class Reconciled:
    """What was found: numbers of saisines and of fiches by how they were matched, and the discrepancies themselves."""

    saisines: int
    with_fiche: int
    matches: dict[str, int]
    discrepancies: list[dict[str, Any]]

    @property
    def by_code(self) -> dict[str, int]:
        """The number of discrepancies of each code."""
        return dict(sorted(Counter(row["code"] for row in self.discrepancies).items()))


def run(home: Path, at: datetime, progress: Callable[[str], None] = lambda what: None) -> Reconciled:
    """Reconcile everything received so far, over the quarter of the journal's last day.

    Args:
        home: the folder of the state.
        at: the instant; what is received later is not seen.
        progress: told the step that runs.
    """
    today = civil_day(at)
    with connect(home) as engine:
        inputs = gather(engine, today)
    quarter = Quarter.of(_last_day(inputs.tables["contact"]) or today)
    results = compute({**inputs.tables, "parameters": parameters(quarter, today)}, WANTED, progress)
    found = Reconciled(
        saisines=results["saisine_case"].num_rows,
        with_fiche=len(set(results["counting"].column("saisine").to_pylist())),
        matches=dict(sorted(Counter(results["match"].column("how").to_pylist()).items())),
        discrepancies=statement.discrepancies(results),
    )
    write_atomically(
        home / "out" / "rapprochement.json", as_json(summary(found) | {"discrepancies": found.discrepancies})
    )
    return found


def summary(found: Reconciled) -> dict[str, Any]:
    """The counts, as data: no reference, no person."""
    return {
        "saisines": found.saisines,
        "with_fiche": found.with_fiche,
        "matches": found.matches,
        "by_code": found.by_code,
    }


def _last_day(contacts: pa.Table) -> date | None:
    import pyarrow.compute as pc

    last: date | None = pc.max(contacts.column("debut_on")).as_py()
    return last
