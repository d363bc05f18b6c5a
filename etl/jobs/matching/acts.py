"""What the counting fiches state as acts today: an accepted code about a fiche holds while this does not change (rules §10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.engine.compute import compute
from etl.engine.neighbourhood import recompute
from etl.engine.schema import shaped, table
from etl.jobs.matching.since import since
from etl.jobs.settlement.inputs import gather
from etl.model.quarter import Quarter

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Engine

PENDING = 1_000_000_000  # decisions not yet recorded come after all those that are


def fingerprints(
    engine: Engine, day: date, pending: Sequence[Mapping[str, Any]]
) -> Mapping[str, list[tuple[str | None, str]]]:
    """The acts of the versions that count, of each sender, on the references of decisions about to be recorded.

    Args:
        engine: of the warehouse.
        day: deliveries received after it are not seen.
        pending: the decisions, taken into account though not recorded yet.
    """
    rows = table("decision", [{**one, "decision_id": PENDING + place} for place, one in enumerate(pending)])
    found: dict[str, list[tuple[str | None, str]]] = {}
    for row in _computed(engine, day, rows).to_pylist():
        found.setdefault(row["reference"], []).append((row["root"], row["acts"]))
    return found


def _computed(engine: Engine, day: date, pending: pa.Table) -> pa.Table:
    """The step `acts_today`: of the saisines concerned where results are kept, else of all."""
    import pyarrow as pa

    if kept := since(settings.home(), engine, day):
        database, changed = kept
        references = changed | {one for one in pending.column("reference").to_pylist() if one}
        with closing(database):
            database.register("pending_", pending)
            database.execute("insert into decision by name from pending_").fetchall()
            return recompute(database, references, ["acts_today"])["acts_today"]
    inputs = gather(engine, day)
    decisions = pa.concat_tables([shaped("decision", inputs.tables["decision"]), pending])
    return compute({**inputs.over(Quarter.of(day)), "decision": decisions}, ["acts_today"])["acts_today"]
