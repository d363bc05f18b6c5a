"""What the desk shows of the engine: computed once, kept in one file that any number of processes query.

A file is named after the state of the warehouse and the civil day it was made from. It holds nothing that cannot be computed again:
whoever deletes `desk/resultats` loses some seconds.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.engine import neighbourhood
from etl.engine.compute import compute
from etl.engine.plan import steps
from etl.engine.schema import shaped, table
from etl.jobs.matching.decision_rules import ACCEPTED, OF_A_FICHE
from etl.jobs.matching.kept import FOLDER, State, age, place, state_of, told
from etl.jobs.settlement.inputs import Inputs, gather
from etl.jobs.story.facts import OF_SAISINE
from etl.model.errors import SaisinesError
from etl.model.quarter import Quarter
from etl.model.reference import compact

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from sqlalchemy import Engine

    from etl.engine.proposals import Proposal

STEPS = OF_SAISINE | {"exact", "proposal"}  # what a file is made from
# What the fiches that count of some saisines state as acts: the step `fingerprint`, as if something were accepted of each.
FINGERPRINT = """
with saisine as (select saisine, reference from saisine_case),
decision_in_force as (select saisine, 'accept' as kind from saisine where reference in (select unnest($references)))
select reference, root, acts from (
{step}
)"""
KEPT = 2  # a page that is being answered may still read the one before
PENDING = 1_000_000_000  # supposed decisions come after all those recorded
WITHHELD = {"iban", "bic", "titulaire", "email"}  # of the register: the desk reads bank details where they are guarded

# Small tables of plain rows, and the types of their columns.
_SMALL = {
    "about": {"day": "date", "quarter": "text", "last_decision": "bigint", "set_id": "bigint", "year": "bigint", "state": "text"},
    "register": {"content": "text"},
    "rule": {"code": "text", "sentence": "text", "acceptable": "boolean"},
    "proposal": {"place": "bigint", "name": "text", "written": "text", "content": "text"},
}  # fmt: skip

Progress = Callable[[str], None]


def refresh(home: Path, engine: Engine, day: date, progress: Progress = lambda what: None) -> Path:
    """The file of the present state, made if nobody has; one process makes it, the others wait for it."""
    with _alone(home):
        state = state_of(engine)
        path = place(home, state, day)
        if not path.exists():
            inputs = gather(engine, day)
            quarter = inputs.last_quarter()
            _write(path, state, inputs, quarter, compute(taken_in(inputs, quarter), STEPS, progress))
        return path


def keep(home: Path, state: State, inputs: Inputs, quarter: Quarter, tables: Mapping[str, pa.Table]) -> Path:
    """Write results that were computed for another purpose.

    Args:
        home: the folder of the state.
        state: of the warehouse, read before the inputs were: what came in between makes the file stale, never wrong.
        inputs: what was computed from; their cutoff is the day.
        quarter: computed.
        tables: the steps `STEPS`.
    """
    path = place(home, state, inputs.cutoff)
    with _alone(home):
        if not path.exists():
            _write(path, state, inputs, quarter, tables)
    return path


def taken_in(inputs: Inputs, quarter: Quarter) -> dict[str, pa.Table]:
    """What `STEPS` are computed from."""
    from etl.engine.proposals import weight_table

    return {**inputs.over(quarter), "weight": weight_table()}


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    folder = home.joinpath(*FOLDER)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = os.open(folder / "en-cours", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SaisinesError(
            f"Écriture impossible dans {folder} ({error.strerror}) ; donnez-vous ce droit, ou choisissez SAISINES_HOME."
        ) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _write(path: Path, state: State, inputs: Inputs, quarter: Quarter, tables: Mapping[str, pa.Table]) -> None:
    import duckdb

    making = path.with_suffix(".tmp")
    making.unlink(missing_ok=True)
    with duckdb.connect(str(making), config={"threads": 2}) as database:
        making.chmod(0o600)
        fill(database, state, inputs, quarter, tables)
        neighbourhood.make(database, "supposed", supposed(database))
        _make_small(database, "rule", _rules())
        _make_small(database, "proposal", _proposals(tables["proposal"]))
        _derive(database, inputs.cutoff)
    making.replace(path)
    _forget_old(path)


def fill(
    database: duckdb.DuckDBPyConnection,
    state: State,
    inputs: Inputs,
    quarter: Quarter,
    tables: Mapping[str, pa.Table],
) -> None:
    """What stories are told from and neighbourhoods computed again: the engine's inputs and results, the register, and what they are as of."""
    about = {
        "day": inputs.cutoff, "quarter": str(quarter), "last_decision": int(state[0] or 0), "set_id": state[4],
        "year": quarter.year, "state": told(state, inputs.cutoff),
    }  # fmt: skip
    register = [{name: value for name, value in row.items() if name not in WITHHELD} for row in inputs.register]
    given = {name: shaped(name, rows) for name, rows in inputs.over(quarter).items()}
    neighbourhood.keep(database, given | dict(tables))
    _make_small(database, "about", [about])
    _make_small(database, "register", [{"content": json.dumps(row, default=str)} for row in register])


def _forget_old(made: Path) -> None:
    """Remove all but the last files, and all those of before the last erasure."""
    erasure = made.name.partition("-")[0]
    found = sorted(made.parent.glob("*.duckdb"), key=age)
    for path in found:
        if path not in found[-KEPT:] or path.name.partition("-")[0] != erasure:
            path.unlink(missing_ok=True)


def _derive(database: duckdb.DuckDBPyConnection, day: date) -> None:
    """The tables that pages are made of (etl/jobs/matching/desk_sql); what served only to make them goes."""
    for name in ("queue", "returned"):
        query = (files("etl.jobs.matching") / "desk_sql" / f"{name}.sql").read_text(encoding="utf-8")
        database.execute(f"create table {name} as {query}", {"today": day} if "$today" in query else {})
    database.execute("drop table supposed")


def _make_small(database: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]]) -> None:
    """Make a table of plain rows, by DuckDB: pyarrow would import pandas to look at them."""
    columns = ", ".join(f"unnest(${column}::{kind}[]) as {column}" for column, kind in _SMALL[name].items())
    values = {column: [row[column] for row in rows] for column in _SMALL[name]}
    database.execute(f"create or replace table {name} as select {columns}", values).fetchall()


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
