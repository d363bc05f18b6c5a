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

from etl.engine.compute import compute
from etl.jobs.matching.decision_rules import ACCEPTED, OF_A_FICHE
from etl.jobs.matching.kept import FOLDER, State, age, place, state_of
from etl.jobs.settlement.inputs import Inputs, gather
from etl.jobs.story.facts import OF_SAISINE, OF_TARIFF
from etl.model.errors import SaisinesError
from etl.model.quarter import Quarter
from etl.model.reference import compact

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from sqlalchemy import Engine

    from etl.engine.proposals import Proposal

STEPS = OF_SAISINE | {"proposal"}  # what a file is made from
KEPT = 2  # a page that is being answered may still read the one before
PENDING = 1_000_000_000  # supposed decisions come after all those recorded
WITHHELD = {"iban", "bic", "titulaire", "email"}  # of the register: the desk reads bank details where they are guarded

_PROPOSAL = {"place": "int64", "name": "string", "written": "string", "content": "string"}

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
        for name, table in _contents(state, inputs, quarter, tables).items():
            database.register(f"{name}_", table)
            database.execute(f"create table {name} as from {name}_")
            database.unregister(f"{name}_")
        _derive(database, inputs.cutoff)
    making.replace(path)
    _forget_old(path)


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


def _contents(state: State, inputs: Inputs, quarter: Quarter, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The tables of a file, before those derived from them."""
    import pyarrow as pa

    about = {
        "day": inputs.cutoff, "quarter": str(quarter), "last_decision": int(state[0] or 0), "set_id": state[4],
        "year": quarter.year,
    }  # fmt: skip
    register = [{name: value for name, value in row.items() if name not in WITHHELD} for row in inputs.register]
    return {
        **tables,
        **{name: inputs.tables[name] for name in {"association", *OF_TARIFF}},
        "about": pa.Table.from_pylist([about]),
        "register": _table({"content": "string"}, [{"content": json.dumps(row, default=str)} for row in register]),
        "rule": _rules(),
        "supposed": supposed(inputs.over(quarter), tables),
        "proposal": _proposals(tables["proposal"]),
    }


def _table(types: Mapping[str, str], rows: list[dict[str, Any]]) -> pa.Table:
    import pyarrow as pa

    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in types.items()])
    return pa.Table.from_pylist([{name: row[name] for name in types} for row in rows], schema)


def proposal_name(association: str, written: str) -> str:
    """What names a fiche in addresses: of its sender and what it writes."""
    told = f"{association}|{compact(written)}".encode()
    return hashlib.md5(told, usedforsecurity=False).hexdigest()[:12]


def _proposals(computed: pa.Table) -> pa.Table:
    """The fiches without a saisine and their candidates, the strongest first."""
    from etl.engine.proposals import proposals

    rows = [
        {
            "place": number, "name": proposal_name(one.association, one.written), "written": compact(one.written),
            "content": json.dumps(asdict(one), default=str),
        }
        for number, one in enumerate(proposals(computed))
    ]  # fmt: skip
    return _table(_PROPOSAL, rows)


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


def supposed(tables: Mapping[str, pa.Table], whole: Mapping[str, pa.Table]) -> pa.Table:
    """What each act would be paid if all that can be accepted were: the difference is what a decision is about."""
    import pyarrow as pa

    from etl.engine.compute import compute
    from etl.engine.schema import SCHEMAS, table

    waiting = {
        (row["reference"], row["code"])
        for row in whole["discrepancy"].to_pylist()
        if row["code"] in ACCEPTED and row["reference"] and row["decision_id"] is None and row["severity"] in "BHW"
    }
    rows = [
        {"decision_id": PENDING + place, "kind": "accept", "reference": reference, "code": code}
        for place, (reference, code) in enumerate(sorted(waiting))
    ]
    decisions = pa.concat_tables(
        [tables["decision"].select(SCHEMAS["decision"].names).cast(SCHEMAS["decision"]), table("decision", rows)]
    )
    taken = {**tables, "decision": decisions}
    acts: dict[str, list[tuple[str, str]]] = {}
    for row in compute(taken, ["fingerprint"])["fingerprint"].to_pylist():
        acts.setdefault(row["reference"], []).append((row["root"], row["acts"]))
    bases = [
        {"decision_id": row["decision_id"], "association": root, "acts": told}
        for row in rows
        if row["code"] in OF_A_FICHE
        for root, told in acts.get(str(row["reference"]), [])
    ]
    basis = SCHEMAS["decision_basis"]
    taken["decision_basis"] = pa.concat_tables(
        [tables["decision_basis"].select(basis.names).cast(basis), table("decision_basis", bases)]
    )
    return compute(taken, ["paid"])["paid"]


def _rules() -> pa.Table:
    """The catalogue of discrepancies as a table: code, sentence, whether a decision can accept it."""
    import pyarrow as pa

    from etl.engine.plan import rules

    return pa.Table.from_pylist(
        [{"code": code, "sentence": rule.sentence, "acceptable": code in ACCEPTED} for code, rule in rules().items()]
    )
