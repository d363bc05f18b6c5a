"""`saisines reconcile`: saisines, matches and discrepancies, as known now. Computed again each time; writes one file, and what the desk shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.engine import statement
from etl.engine.compute import compute
from etl.jobs.files import write_atomically
from etl.jobs.matching import kept
from etl.jobs.matching import results as desk
from etl.jobs.settlement.draft import as_json
from etl.jobs.settlement.inputs import gather
from etl.jobs.watching.ran import ran
from etl.model.quarter import civil_day
from etl.warehouse.server import connect

if TYPE_CHECKING:
    import pyarrow as pa

WANTED = frozenset({"match", "discrepancy", "saisine_case", "return_rate"})


@dataclass(frozen=True)
class Reconciled:
    """What was found: saisines, fiches by how they were matched, what each association owes, the discrepancies."""

    saisines: int
    returns: list[dict[str, Any]]
    matches: dict[str, int]
    discrepancies: list[dict[str, Any]]

    @property
    def with_fiche(self) -> int:
        """The number of saisines with a fiche that counts."""
        return sum(row["returned"] for row in self.returns)

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
    with ran(home, "reconcile", at) as counts:
        found = _reconcile(home, at, progress)
        counts |= {"saisines": found.saisines, "with_fiche": found.with_fiche}
        counts |= {f"discrepancies.{code}": count for code, count in found.by_code.items()}
    return found


def _reconcile(home: Path, at: datetime, progress: Callable[[str], None]) -> Reconciled:
    today = civil_day(at)
    with connect(home, role="engine") as engine:
        state, inputs = kept.state_of(engine), gather(engine, today)
    quarter = inputs.last_quarter()
    results = compute(desk.taken_in(inputs, quarter), WANTED | desk.STEPS, progress)
    progress("desk")
    desk.keep(home, state, inputs, quarter, {name: results[name] for name in desk.STEPS})
    found = Reconciled(
        saisines=results["saisine_case"].num_rows,
        returns=_returns(results["return_rate"]),
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
        "returns": found.returns,
    }


def _returns(rates: pa.Table) -> list[dict[str, Any]]:
    """Of each association: fiches expected, returned and awaited, since when and until when."""
    rows = [
        {name: str(value) if isinstance(value, date) else value for name, value in row.items()}
        for row in rates.to_pylist()
    ]
    return sorted(rows, key=lambda row: str(row["association"]))
