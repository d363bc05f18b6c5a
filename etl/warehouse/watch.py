"""Who read what, and what was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from etl.warehouse.query import Row, many
from etl.warehouse.tables import audit, readings

if TYPE_CHECKING:
    from sqlalchemy import Connection


def save_reading(connection: Connection, reference: str, how: str, by: str | None, account: str, at: datetime) -> None:
    """Write that someone read the story of a saisine (`how`: explain, desk)."""
    row = {"reference": reference, "how": how, "by_name": by, "account": account, "read_at": at}
    connection.execute(insert(readings), row)


def save_act(
    connection: Connection, action: str, detail: Mapping[str, Any], by: str | None, account: str, at: datetime
) -> None:
    """Write an act that changes reference data, deliveries, conventions or payments."""
    row = {"action": action, "detail": dict(detail), "by_name": by, "account": account, "happened_at": at}
    connection.execute(insert(audit), row)


def load_last_act(connection: Connection, action: str) -> Row | None:
    """The last act of a kind (`backup`, `purge`…), None when there was none."""
    query = select(audit).where(audit.c.action == action).order_by(audit.c.audit_id.desc()).limit(1)
    return next(iter(many(connection, query)), None)
