"""A story told from the results that `reconcile` and the desk keep: what takes half a minute to compute is looked up in no time.

A file speaks of one state of the warehouse and one day (etl/jobs/matching/results.py). Where only decisions came since the last one, the saisine
is computed again with those that bear on it, and nothing else; where more has changed, the caller computes all.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from etl.jobs.matching.kept import place, state_of
from etl.jobs.matching.since import since
from etl.jobs.story.facts import OF_SAISINE, Computed
from etl.model.quarter import Quarter

if TYPE_CHECKING:
    import duckdb
    from sqlalchemy import Engine

# Whether a decision since may have made a saisine known, or seized another association of it.
ANEW = """
select exists (
    select * from decision anti join kept.decision using (decision_id)
    where if(kind = 'withdraw', code, kind) in ('register_saisine', 'requalify'))"""


def kept(home: Path, engine: Engine, day: date, reference: str) -> Computed | None:
    """What is known of a saisine without computing all; None where that cannot be.

    Args:
        home: the folder of the state.
        engine: of the warehouse, which is only read.
        day: the one the story is told as of.
        reference: of the saisine.
    """
    import duckdb

    path = place(home, state_of(engine), day)
    if path.exists():
        return _told_by(duckdb.connect(str(path), read_only=True, config={"threads": 2}), day)
    if (found := since(home, engine, day)) is None:
        return None
    database, changed = found
    _compute_again(database, {reference, *changed})
    return _told_by(database, day)


def _compute_again(database: duckdb.DuckDBPyConnection, references: set[str]) -> None:
    """Put the tables of some saisines in the place of those of all; of `paid`, the other rows stay, for the sums of envelopes."""
    from etl.engine.neighbourhood import NEAR, make, recompute

    [(anew,)] = database.execute(ANEW).fetchall()
    made = recompute(database, references, OF_SAISINE, anew=anew)
    database.execute(f"create table again as {NEAR}").fetchall()
    for name, rows in made.items():
        database.execute(f"drop view {name}").fetchall()
        make(database, name if name != "paid" else "paid_again", rows)
    others = "from kept.paid where saisine not in (from again)"
    database.execute(f"create view paid as {others} union all by name from paid_again").fetchall()


def _told_by(database: duckdb.DuckDBPyConnection, day: date) -> Computed:
    register = [json.loads(content) for (content,) in database.execute("select content from register").fetchall()]
    [(quarter,)] = database.execute("select quarter from about").fetchall()
    return Computed(day, Quarter.parse(quarter), register, database)
