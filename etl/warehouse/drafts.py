"""Drafts and the steps of their life."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql

from etl.model.errors import SaisinesError
from etl.warehouse.query import Row, first, many
from etl.warehouse.tables import draft_events, drafts

if TYPE_CHECKING:
    from sqlalchemy import Connection


def pack(statement: Mapping[str, Any]) -> bytes:
    """Statement data as stored: its JSON with sorted keys, in UTF-8, compressed by zlib."""
    return zlib.compress(
        json.dumps(statement, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode(), level=1
    )


def unpack(stored: bytes) -> dict[str, Any]:
    """Statement data from what is stored."""
    return json.loads(zlib.decompress(stored))  # type: ignore[no-any-return]


def save_draft(connection: Connection, statement: Mapping[str, Any], at: datetime) -> None:
    """Keep a draft, once: the same digest again changes nothing.

    Args:
        connection: in a transaction.
        statement: the data of contract/outputs.md §2, `digest` included.
        at: instant of the job.
    """
    row = {
        "convention": statement["convention"],
        "quarter": statement["quarter"],
        "cutoff": date.fromisoformat(statement["cutoff"]),
        "digest": statement["digest"],
        "total_cents": statement["total_cents"],
        "line_count": len(statement["lines"]),
        "parked": bool(statement["parked"]),
        "statement": pack(statement),
        "status": "brouillon",
        "made_at": at,
    }
    connection.execute(postgresql.insert(drafts).values(row).on_conflict_do_nothing())


def load_draft(connection: Connection, convention: str, quarter: str, digest: str, *, lock: bool = False) -> Row:
    """The stored draft of that digest: its row of `drafts`.

    Raises:
        SaisinesError: no draft of that convention and quarter has this digest.
    """
    query = select(drafts).where(
        drafts.c.convention == convention, drafts.c.quarter == quarter, drafts.c.digest == digest.strip().lower()
    )
    row = first(connection, query.with_for_update() if lock else query)
    if row is None:
        raise SaisinesError(
            f"Aucun brouillon {convention} {quarter} ne porte cette empreinte ; "
            f"« saisines draft {quarter} --convention {convention} » en établit un."
        )
    return row


def load_open_draft(connection: Connection, convention: str, quarter: str) -> Row | None:
    """The draft of that convention and quarter that is submitted or approved, if any: at most one is."""
    query = select(drafts).where(
        drafts.c.convention == convention, drafts.c.quarter == quarter, drafts.c.status.in_(["soumis", "approuve"])
    )
    return first(connection, query)


def load_drafts(connection: Connection, quarter: str | None = None) -> list[Row]:
    """Stored drafts without their data, oldest first."""
    columns = [column for column in drafts.c if column.name != "statement"]
    query = select(*columns).order_by(drafts.c.draft_id)
    return many(connection, query if quarter is None else query.where(drafts.c.quarter == quarter))


def load_events(connection: Connection, draft_id: int) -> list[Row]:
    """The steps of a draft's life, in order."""
    query = select(draft_events).where(draft_events.c.draft_id == draft_id).order_by(draft_events.c.draft_event_id)
    return many(connection, query)


def save_step(
    connection: Connection,
    draft_id: int,
    event: str,
    status: str,
    by: str,
    account: str,
    at: datetime,
    reason: str | None = None,
) -> None:
    """Move a draft to a status, and write who moved it. The caller holds the draft's row."""
    connection.execute(update(drafts).where(drafts.c.draft_id == draft_id).values(status=status))
    row = {"draft_id": draft_id, "event": event, "by_name": by, "account": account, "reason": reason, "happened_at": at}
    connection.execute(insert(draft_events), row)
