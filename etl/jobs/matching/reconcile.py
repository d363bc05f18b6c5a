"""`saisines reconcile`: saisines, matches and discrepancies, as known now: from the results of the present state, made if nobody has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.engine import statement
from etl.engine.plan import steps
from etl.jobs.matching import results
from etl.jobs.matching.kept import seen
from etl.jobs.watching.ran import ran
from etl.model.quarter import civil_day
from etl.warehouse.server import connect

if TYPE_CHECKING:
    import pyarrow as pa

BY_CODE = "select code, count(*) from discrepancy where in_scope group by code order by code"
RATES = """
with MISSING_FICHE as (select saisine from discrepancy where code = 'MISSING_FICHE')
from (
{step}
)"""


@dataclass(frozen=True)
class Reconciled:
    """What was found: saisines, fiches by how they were matched, what each association owes, discrepancies by code; and what tells all."""

    saisines: int
    returns: list[dict[str, Any]]
    matches: dict[str, int]
    by_code: dict[str, int]
    made: results.Made = field(compare=False)

    @property
    def with_fiche(self) -> int:
        """The number of saisines with a fiche that counts."""
        return sum(row["returned"] for row in self.returns)

    @property
    def discrepancies(self) -> list[dict[str, Any]]:
        """All of them, read when asked."""
        with seen(self.made.path) as database:
            return statement.discrepancies({"discrepancy": database.table("discrepancy").to_arrow_table()})


def run(home: Path, at: datetime, progress: Callable[[str], None] = lambda what: None) -> Reconciled:
    """Reconcile everything received so far, over the quarter of the journal's last day.

    Args:
        home: the folder of the state.
        at: the instant; what is received later is not seen.
        progress: told the step that runs.
    """
    with ran(home, "reconcile", at) as counts:
        with connect(home, role="engine") as engine:
            found = _found(results.refresh(home, engine, civil_day(at), progress))
        counts |= {"saisines": found.saisines, "with_fiche": found.with_fiche} | _way(found.made)
        counts |= {f"discrepancies.{code}": count for code, count in found.by_code.items()}
    return found


def _found(made: results.Made) -> Reconciled:
    """What is told of a file of results."""
    with seen(made.path) as database:
        [(saisines,)] = database.execute("select count(*) from saisine_case").fetchall()
        matches = database.execute("select how, count(*) from match group by how order by how").fetchall()
        by_code = database.execute(BY_CODE).fetchall()
        rates = database.sql(RATES.format(step=steps()["return_rate"].sql)).to_arrow_table()
    return Reconciled(saisines, _returns(rates), dict(matches), dict(by_code), made)


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
