"""Decisions: appended, never edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, text

from etl.warehouse.query import Row, many
from etl.warehouse.tables import decision_bases, decisions

if TYPE_CHECKING:
    from sqlalchemy import Connection

FIELDS = (
    "kind",
    "reference",
    "association",
    "code",
    "written",
    "convention",
    "qualite",
    "new_association",
    "day",
    "author",
    "reason",
)


DECISIONS_LOCK = 0x5A154  # advisory lock: whether a withdrawal has something to undo depends on the decisions before it


def lock_decisions(connection: Connection) -> None:
    """One process at a time records decisions, until the end of its transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": DECISIONS_LOCK})


def save_decision(
    connection: Connection,
    decision: Mapping[str, Any],
    bases: Sequence[tuple[str | None, str]],
    account: str,
    at: datetime,
) -> int:
    """Append one decision; gives its key.

    Args:
        connection: in a transaction.
        decision: `FIELDS`, None where a kind does not use one.
        bases: (association, fingerprint of the counting version's acts) that an accepted code rests on.
        account: the system user.
        at: the instant.
    """
    row = {name: decision.get(name) for name in FIELDS} | {"account": account, "decided_at": at}
    made = connection.execute(insert(decisions).values(row).returning(decisions.c.decision_id)).scalar_one()
    if bases:
        connection.execute(
            insert(decision_bases), [{"decision_id": made, "association": code, "acts": acts} for code, acts in bases]
        )
    return int(made)


def load_decisions(connection: Connection, reference: str | None = None) -> list[Row]:
    """All decisions in order, or those on one reference."""
    query = select(decisions).order_by(decisions.c.decision_id)
    query = query if reference is None else query.where(decisions.c.reference == reference)
    return many(connection, query)


def load_bases(connection: Connection, decision_id: int) -> set[tuple[str | None, str]]:
    """The (association, fingerprint of acts) that an accepted code rests on."""
    query = select(decision_bases.c.association, decision_bases.c.acts)
    return {
        (row.association, row.acts)
        for row in connection.execute(query.where(decision_bases.c.decision_id == decision_id))
    }
