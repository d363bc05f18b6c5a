"""`saisines reconcile`: saisines, matches and discrepancies, as known now: from the results of the present state, made if nobody has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.engine import statement
from etl.engine.plan import steps
from etl.jobs.files import write_atomically
from etl.jobs.matching import results
from etl.jobs.settlement.draft import as_json
from etl.jobs.watching.ran import ran
from etl.model.quarter import civil_day
from etl.warehouse.server import connect

if TYPE_CHECKING:
    import pyarrow as pa

RATES = """
with MISSING_FICHE as (select saisine from discrepancy where code = 'MISSING_FICHE')
from (
{step}
)"""


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
        found, made = _reconcile(home, at, progress)
        counts |= {"saisines": found.saisines, "with_fiche": found.with_fiche} | _way(made)
        counts |= {f"discrepancies.{code}": count for code, count in found.by_code.items()}
    return found


def _reconcile(home: Path, at: datetime, progress: Callable[[str], None]) -> tuple[Reconciled, results.Made]:
    with connect(home, role="engine") as engine:
        made = results.refresh(home, engine, civil_day(at), progress)
    found = _found(made.path)
    write_atomically(
        home / "out" / "rapprochement.json", as_json(summary(found) | {"discrepancies": found.discrepancies})
    )
    return found, made


def _found(path: Path) -> Reconciled:
    """What is told of a file of results."""
    import duckdb

    quoted = str(path).replace("'", "''")
    with duckdb.connect(config={"threads": 2}) as database:
        database.execute(f"attach '{quoted}' as kept (read_only)").fetchall()
        database.execute("use kept").fetchall()
        [(saisines,)] = database.execute("select count(*) from saisine_case").fetchall()
        matches = database.execute("select how, count(*) from match group by how order by how").fetchall()
        told = {"discrepancy": database.table("discrepancy").to_arrow_table()}
        rates = database.sql(RATES.format(step=steps()["return_rate"].sql)).to_arrow_table()
    return Reconciled(saisines, _returns(rates), dict(matches), statement.discrepancies(told))


def _way(made: results.Made) -> dict[str, int]:
    """How it was computed, for the log: from the last results, and how many saisines were; or all, and why; or nothing was to do."""
    if made.why:
        return {f"whole.{made.why.upper()}": 1}
    return {} if made.again is None else {"again": made.again}


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
