"""What the desk shows beside the engine's tables: the queue of discrepancies with what is at stake, what came back, the proposals.

It is about all saisines whatever little changed (proposals learn from all answers, stakes suppose all that can be accepted), so it is made from the
kept results when it is first asked for, in a file of its own beside theirs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.engine import neighbourhood
from etl.engine.plan import steps
from etl.engine.schema import table
from etl.jobs.matching.decision_rules import ACCEPTED, OF_A_FICHE
from etl.jobs.matching.kept import attach, make_small, seen
from etl.model.reference import compact

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from etl.engine.proposals import Proposal

# What the fiches that count of some saisines state as acts: the step `fingerprint`, as if something were accepted of each.
FINGERPRINT = """
with saisine as (select saisine, reference from saisine_case),
decision_in_force as (select saisine, 'accept' as kind from saisine where reference in (select unnest($references)))
select reference, root, acts from (
{step}
)"""
PENDING = 1_000_000_000  # supposed decisions come after all those recorded
TABLES = ("proposal", "queue", "returned", "rule")  # what `show` makes
# What proposals read besides the steps of `sql/propose`: steps that are not kept, and those that `saisine_case` holds.
OF_PROPOSALS = ("written", "exact")
OF_A_CASE = {
    "saisine": "saisine, reference, opened_on, departement",
    "terms": "saisine, convention, qualite, qualite_from_fiche",
}


def show(results: Path, making: Path, progress: Callable[[str], None] = lambda step: None) -> None:
    """Make what the desk shows.

    Args:
        results: a file of results.
        making: where to.
        progress: told of what is made.
    """
    with seen(results) as database:
        progress("stakes")
        neighbourhood.make(database, "supposed", supposed(database))
        make_small(database, "rule", _rules())
        for name in ("queue", "returned"):
            query = (files("etl.jobs.matching") / "desk_sql" / f"{name}.sql").read_text(encoding="utf-8")
            database.execute(f"create table {name} as {query}").fetchall()
        progress("proposals")
        make_small(database, "proposal", _proposals(proposed(database)))
        _write(database, making)


def _write(database: duckdb.DuckDBPyConnection, path: Path) -> None:
    path.unlink(missing_ok=True)
    attach(database, path, "shown")
    path.chmod(0o600)
    for name in TABLES:
        database.execute(f"create table shown.{name} as from {name}").fetchall()


def proposed(database: duckdb.DuckDBPyConnection) -> pa.Table:
    """The step `proposal`, from the tables that are kept: those that it reads besides are made again."""
    from etl.engine.proposals import weight_table

    neighbourhood.make(database, "weight", weight_table())
    for name in ("word", "prestation"):  # within a computation codes are numbers; here they are text
        database.execute(f"create type {name} as varchar").fetchall()
    for name, columns in OF_A_CASE.items():
        database.execute(f"create view {name} as select {columns} from saisine_case").fetchall()
    for step in steps().values():
        if step.name in OF_PROPOSALS or step.folder == "propose":
            database.execute(f"create table {step.name} as {step.sql}").fetchall()
    return database.table("proposal").to_arrow_table()


def proposal_name(association: str, written: str) -> str:
    """What names a fiche in addresses: of its sender and what it writes."""
    told = f"{association}|{compact(written)}".encode()
    return hashlib.md5(told, usedforsecurity=False).hexdigest()[:12]


def _proposals(computed: pa.Table) -> list[dict[str, Any]]:
    """The fiches without a saisine and their candidates, the strongest first."""
    from etl.engine.proposals import proposals

    return [
        {
            "place": number, "name": proposal_name(one.association, one.written), "written": compact(one.written),
            "content": json.dumps(asdict(one), default=str),
        }
        for number, one in enumerate(proposals(computed))
    ]  # fmt: skip


def proposal_from(content: str) -> Proposal:
    """A proposal as it was kept."""
    from etl.engine.proposals import Candidate, Piece, Proposal

    told = json.loads(content)
    candidates = tuple(
        Candidate(
            **{
                **one,
                "opened_on": date.fromisoformat(one["opened_on"]),
                "pieces": tuple(Piece(**piece) for piece in one["pieces"]),
            }
        )
        for one in told["candidates"]
    )
    return Proposal(**{**told, "received_on": date.fromisoformat(told["received_on"]), "candidates": candidates})


def supposed(database: duckdb.DuckDBPyConnection) -> pa.Table:
    """What each act would be paid if all that can be accepted were: the difference is what a decision is about.

    Only the saisines on which something can be accepted are computed, with those that bear on them.
    """
    waiting = database.execute(
        "select distinct reference, code from discrepancy where reference is not null and decision_id is null and severity in ('B', 'H', 'W')"
    ).fetchall()
    able = sorted((reference, code) for reference, code in waiting if code in ACCEPTED)
    return neighbourhood.recompute(
        database, {reference for reference, _ in able}, ["paid"], _accepting(database, able), anew=False
    )["paid"]


def _accepting(database: duckdb.DuckDBPyConnection, able: list[tuple[str, str]]) -> dict[str, pa.Table]:
    """The decisions that would accept these codes of these saisines today, with what they would rest on."""
    rows = [
        {"decision_id": PENDING + place, "kind": "accept", "reference": reference, "code": code}
        for place, (reference, code) in enumerate(able)
    ]
    asked = {"references": [reference for reference, _ in able]}
    acts: dict[str, list[tuple[str, str]]] = {}
    for reference, root, stated in database.execute(
        FINGERPRINT.format(step=steps()["fingerprint"].sql), asked
    ).fetchall():
        acts.setdefault(reference, []).append((root, stated))
    bases = [
        {"decision_id": row["decision_id"], "association": root, "acts": stated}
        for row in rows
        if row["code"] in OF_A_FICHE
        for root, stated in acts.get(str(row["reference"]), [])
    ]
    return {"decision": table("decision", rows), "decision_basis": table("decision_basis", bases)}


def _rules() -> list[dict[str, Any]]:
    """The catalogue of discrepancies: code, sentence, whether a decision can accept it."""
    from etl.engine.plan import rules

    return [{"code": code, "sentence": rule.sentence, "acceptable": code in ACCEPTED} for code, rule in rules().items()]
