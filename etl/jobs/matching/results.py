"""What the engine finds: computed once, kept in one file that any number of processes query.

A file is named after the state of the warehouse and the civil day it was made from. It holds nothing that cannot be computed again:
whoever deletes `desk/resultats` loses some seconds. Beside it comes what the desk shows of it, once the desk asks.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from etl.engine import neighbourhood
from etl.engine.compute import compute
from etl.engine.schema import shaped
from etl.jobs.matching import night
from etl.jobs.matching.kept import FOLDER, RESULTS, State, age, beside, last, make_small, place, state_of, told
from etl.jobs.matching.shown import show
from etl.jobs.settlement.inputs import Inputs, gather
from etl.jobs.story.facts import OF_SAISINE
from etl.model.errors import SaisinesError
from etl.model.quarter import Quarter

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from sqlalchemy import Engine

STEPS = OF_SAISINE | {"exact"}  # what a file is made from
KEPT = 2  # a page that is being answered may still read the one before
WITHHELD = {"iban", "bic", "titulaire", "email"}  # of the register: the desk reads bank details where they are guarded

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """A file of results, and how it was made.

    Attributes:
        path: the file of the present state.
        again: how many saisines were computed again from the last file; None where everything was, or nothing.
        why: why everything was computed, a code; None where it was not.
    """

    path: Path
    again: int | None = None
    why: str | None = None


def refresh(home: Path, engine: Engine, day: date, progress: Progress = lambda what: None) -> Made:
    """The file of the present state, made if nobody has; one process makes it, the others wait for it.

    The state is read before the inputs: what comes in between makes the file stale, never wrong.
    """
    with _alone(home):
        return _made(home, engine, day, progress)


def shown(home: Path, engine: Engine, day: date, progress: Progress = lambda what: None) -> Path:
    """The file of the present state as `refresh` makes it, with what the desk shows of it beside."""
    with _alone(home):
        path = _made(home, engine, day, progress).path
        if not beside(path).exists():
            making = beside(path).with_suffix(".tmp")
            show(path, making, progress)
            making.replace(beside(path))
        return path


def _made(home: Path, engine: Engine, day: date, progress: Progress) -> Made:
    state = state_of(engine)
    path, before = place(home, state, day), last(home, state)
    if path.exists():
        return Made(path)
    making = path.with_suffix(".tmp")
    made = _from_last(before, making, engine, state, day, progress) if before else "first"
    if isinstance(made, str):
        progress(made)
        _from_all(making, engine, state, day, progress)
    making.replace(path)
    _forget_old(path)
    return Made(path, why=made) if isinstance(made, str) else Made(path, again=made)


def _from_last(before: Path, making: Path, engine: Engine, state: State, day: date, progress: Progress) -> int | str:
    """Bring the last file to the present state; gives how many saisines were computed again, or why everything must be."""
    progress("night")
    shutil.copyfile(before, making)
    with _opened(making) as database:
        database.execute(
            "set force_compression = 'uncompressed'"
        ).fetchall()  # a third of writing the little that a night adds
        followed = night.follow(database, engine, state, day)
        if isinstance(followed, str):
            return followed
        inputs, quarter, again = followed
        _tell_about(database, state, inputs, quarter)
        return again


def _from_all(making: Path, engine: Engine, state: State, day: date, progress: Progress) -> None:
    inputs = gather(engine, day)
    write(making, state, inputs, compute(inputs.over(inputs.last_quarter()), STEPS, progress))


def write(path: Path, state: State, inputs: Inputs, tables: Mapping[str, pa.Table]) -> None:
    """Make a file of results: of `STEPS`, computed from these inputs over their last quarter."""
    quarter = inputs.last_quarter()
    path.unlink(missing_ok=True)
    with _opened(path) as database:
        fill(database, state, inputs, quarter, tables)
    with _opened(
        path
    ) as database:  # the first change of a file puts its row groups together, which the next night would wait for
        _tell_about(database, state, inputs, quarter)


@contextmanager
def _opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A file being made, which nobody else reads."""
    import duckdb

    with duckdb.connect(str(path), config={"threads": 2}) as database:
        path.chmod(0o600)
        yield database


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


def fill(
    database: duckdb.DuckDBPyConnection,
    state: State,
    inputs: Inputs,
    quarter: Quarter,
    tables: Mapping[str, pa.Table],
) -> None:
    """What stories are told from and neighbourhoods computed again: the engine's inputs and results, the register, and what they are as of."""
    given = {name: shaped(name, rows) for name, rows in inputs.over(quarter).items()}
    neighbourhood.keep(database, given | dict(tables))
    _tell_about(database, state, inputs, quarter)


def _tell_about(database: duckdb.DuckDBPyConnection, state: State, inputs: Inputs, quarter: Quarter) -> None:
    """What a file is as of, and the register."""
    about = {
        "day": inputs.cutoff, "quarter": str(quarter), "last_decision": int(state[0] or 0), "set_id": state[4],
        "year": quarter.year, "state": told(state, inputs.cutoff),
    }  # fmt: skip
    register = [{name: value for name, value in row.items() if name not in WITHHELD} for row in inputs.register]
    make_small(database, "about", [about])
    make_small(database, "register", [{"content": json.dumps(row, default=str)} for row in register])


def _forget_old(made: Path) -> None:
    """Remove all but the last files and the last shown, and all those of before the last erasure."""
    erasure = made.name.partition("-")[0]
    found = sorted(made.parent.glob(f"*{RESULTS}"), key=age)
    shown_last = [path for path in found if beside(path).exists()][-1:]
    for path in found:
        if path not in [*found[-KEPT:], *shown_last] or path.name.partition("-")[0] != erasure:
            path.unlink(missing_ok=True)
            beside(path).unlink(missing_ok=True)
