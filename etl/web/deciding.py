"""Decisions taken at the desk, by the person signed in; two people cannot decide the same case without seeing one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text

from etl import settings
from etl.jobs.matching import decide
from etl.jobs.matching.acts import fingerprints
from etl.jobs.matching.decision_file import COLUMNS
from etl.model.errors import SaisinesError
from etl.warehouse.decisions import load_decisions
from etl.warehouse.query import Row
from etl.warehouse.server import connect
from etl.web import snapshot
from etl.web.access import Visitor

DESK_LOCK = (
    0x5A155  # advisory lock: between reading what was decided since and deciding, nobody else at the desk decides
)


def since(home: Path, number: int) -> tuple[dict[str, str], int]:
    """Who decided last on each reference after a decision, and the last decision there is."""
    with connect(home, role="desk") as engine, engine.connect() as connection:
        query = text("select decision_id, reference, author from decisions where decision_id > :n order by decision_id")
        rows = connection.execute(query, {"n": number}).all()
    return {row.reference: row.author for row in rows if row.reference}, max(
        [number, *(row.decision_id for row in rows)]
    )


def record(given: Sequence[Mapping[str, Any]], who: Visitor, reason: str, seen: int) -> list[int]:
    """Record decisions, all or none, in the name of the person signed in.

    Args:
        given: their columns, without author and reason.
        who: decides.
        reason: why, for all of them.
        seen: the last decision there was when the page was made.

    Raises:
        SaisinesError: somebody decided on one of these saisines since the page was made, or a decision is refused.
    """
    home, at = settings.home(), settings.now()
    signed = [_columns(one) | {"author": who.name, "reason": reason} for one in given]
    with connect(home, role="desk") as engine, engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": DESK_LOCK})
        references = {one["reference"] for one in given if one.get("reference")}
        _refuse_newer([row for row in load_decisions(connection) if row["decision_id"] > seen], references)
        made = decide.run(home, signed, at, fingerprints)
    snapshot.shown(home)
    return made


def _refuse_newer(newer: Sequence[Row], references: set[Any]) -> None:
    for row in newer:
        if row["reference"] in references:
            raise SaisinesError(
                f"{row['author']} vient de décider de {row['reference']} ({row['kind']} : {row['reason']}). "
                "Relisez la saisine, puis décidez s’il y a lieu."
            )


def _columns(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one.get(name) or None for name in COLUMNS}
