"""What the counting fiches state as acts today: an accepted code about a fiche holds while this does not change (rules §10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from etl.engine.compute import compute
from etl.engine.schema import SCHEMAS, table
from etl.jobs.settlement.inputs import gather
from etl.model.quarter import Quarter

if TYPE_CHECKING:
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
    import pyarrow as pa

    inputs = gather(engine, day)
    rows = [{**one, "decision_id": PENDING + place} for place, one in enumerate(pending)]
    decisions = pa.concat_tables(
        [inputs.tables["decision"].select(SCHEMAS["decision"].names).cast(SCHEMAS["decision"]), table("decision", rows)]
    )
    tables = {**inputs.over(Quarter.of(day)), "decision": decisions}
    found: dict[str, list[tuple[str | None, str]]] = {}
    for row in compute(tables, ["fingerprint"])["fingerprint"].to_pylist():
        found.setdefault(row["reference"], []).append((row["root"], row["acts"]))
    return found
