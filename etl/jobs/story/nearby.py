"""What one story needs of the results that `reconcile` and the desk keep on disk: the rows of its saisine and of those that bear on it.

A million saisines take half a minute to compute and half a second to look one up in. A file speaks of one state of the warehouse and one day
(etl/jobs/matching/results.py): where there is none for the present ones, the caller computes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from etl.jobs.matching import results
from etl.jobs.settlement.inputs import Inputs, load_conventions
from etl.jobs.story.facts import OF_SAISINE, Computed, number
from etl.model.quarter import Quarter
from etl.model.tariff import resolve

if TYPE_CHECKING:
    from sqlalchemy import Engine

# The saisine, those of the same person, and those that what was written for it might mean.
NEAR = """
create temp table near as
with own as (select saisine, beneficiaire from saisine_case where saisine = $saisine)
select $saisine::bigint as saisine
union select saisine_case.saisine from saisine_case join own using (beneficiaire)
union select candidate.saisine from candidate where written in (select written from candidate where saisine = $saisine)"""
ROWS = {
    "candidate": "select * from candidate where written in (select written from candidate where saisine = $saisine)",
    "discrepancy": """select * from discrepancy where saisine in (from near) or code = 'JOURNAL_GAP'
        or code = 'AMBIGUOUS_MATCH' and written in (select written from candidate where saisine = $saisine)""",
}
SPENT = """
select own.convention, own.act_year, own.place, coalesce(sum(paid.paid_cents), 0)::bigint
from (select convention, act_year, place from paid where saisine = $saisine and envelope_cents is not null) as own
left join paid on paid.convention = own.convention and paid.act_year = own.act_year and paid.place < own.place
group by all"""


@dataclass(frozen=True)
class Nearby(Computed):
    """The engine's tables cut to what one story asks of them."""

    spent: Mapping[tuple[str, int, int], int]

    def spent_before(self, convention: str, year: int, place: int) -> int:
        """As of all lines of the convention; asked of the lines of the saisine alone."""
        return self.spent[convention, year, place]


def kept(home: Path, engine: Engine, day: date, reference: str) -> Computed | None:
    """What is kept of a saisine; None when the results of the present state were not computed.

    Args:
        home: the folder of the state.
        engine: of the warehouse, which is only read.
        day: the one the story is told as of.
        reference: canonical.
    """
    path = results.place(home, results.state_of(engine), day)
    if not path.exists():
        return None
    saisine = {"saisine": number(reference)}
    with duckdb.connect(str(path), read_only=True, config={"threads": 2}) as database:
        database.execute(NEAR, saisine).fetchall()
        wanted = {name: ROWS.get(name, f"select * from {name} where saisine in (from near)") for name in OF_SAISINE}
        tables = {
            name: database.sql(sql, params=saisine if "$saisine" in sql else None).to_arrow_table()
            for name, sql in wanted.items()
        }
        spent = {(code, year, place): cents for code, year, place, cents in database.execute(SPENT, saisine).fetchall()}
        register = [json.loads(content) for (content,) in database.execute("select content from register").fetchall()]
        [(quarter,)] = database.execute("select quarter from about").fetchall()
    with engine.connect() as connection:
        conventions = load_conventions(connection)
    inputs = Inputs({}, conventions, resolve(conventions), register, day)
    return Nearby(inputs, Quarter.parse(quarter), tables, spent)
