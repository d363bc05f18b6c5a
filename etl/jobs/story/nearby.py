"""A story told from the results that `reconcile` and the desk keep: what takes half a minute to compute is looked up in no time.

A file speaks of one state of the warehouse and one day (etl/jobs/matching/results.py): where there is none for the present ones, the caller computes.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from etl.jobs.matching.kept import place, state_of
from etl.jobs.story.facts import Computed
from etl.model.quarter import Quarter

if TYPE_CHECKING:
    from sqlalchemy import Engine


def kept(home: Path, engine: Engine, day: date) -> Computed | None:
    """The results of the present state, open for reading; None when they were not computed.

    Args:
        home: the folder of the state.
        engine: of the warehouse, which is only read.
        day: the one the story is told as of.
    """
    import duckdb

    path = place(home, state_of(engine), day)
    if not path.exists():
        return None
    database = duckdb.connect(str(path), read_only=True, config={"threads": 2})
    register = [json.loads(content) for (content,) in database.execute("select content from register").fetchall()]
    [(quarter,)] = database.execute("select quarter from about").fetchall()
    return Computed(day, Quarter.parse(quarter), register, database)
