"""Where results are kept (etl/jobs/matching/results.py makes them): one file a state of the warehouse and civil day."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Engine

FOLDER = ("desk", "resultats")  # in the home
STATE = """select (select max(decision_id) from decisions), (select max(delivery_id) from deliveries),
    (select count(*) from deliveries where status = 'withdrawn'), (select max(statement_id) from statements),
    (select max(set_id) from convention_sets where status = 'applique'), (select max(loaded_at) from associations),
    (select count(*) from bank_details where confirmed_at is not null), (select max(bank_details_id) from bank_details),
    (select count(*) from refused_row_outcomes),
    (select coalesce(max(audit_id), 0) from audit where action in ('purge', 'erasure', 'rekey'))"""

State = tuple[Any, ...]


def state_of(engine: Engine) -> State:
    """What results depend on, besides the day: first the last decision, fifth the convention files in force, last the last erasure."""
    from sqlalchemy import text

    with engine.connect() as connection:
        return tuple(connection.execute(text(STATE)).one())


def place(home: Path, state: State, day: date) -> Path:
    """The file of a state and a day; its name starts with the last erasure, so that what was erased is not shown from an older one.

    Then comes the version of the program, whose tables another may not have.
    """
    digest = hashlib.sha256(told(state, day).encode()).hexdigest()
    return home.joinpath(*FOLDER) / f"{state[-1]}-{_program()}-{digest[:24]}.duckdb"


def told(state: State, day: date) -> str:
    """A state and a day as text: a JSON list, the last decision first."""
    return json.dumps([*state, day], default=str)


def last(home: Path, state: State) -> Path | None:
    """The file made last since the last erasure, if any."""
    found = sorted(home.joinpath(*FOLDER).glob(f"{state[-1]}-{_program()}-*.duckdb"), key=age)
    return found[-1] if found else None


@cache
def _program() -> str:
    return version("saisines")


def age(path: Path) -> float:
    """When a file was made."""
    return path.stat().st_mtime
