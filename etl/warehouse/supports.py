"""Outcomes of the supports that an association cannot give."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from etl.warehouse.query import Row, many
from etl.warehouse.tables import support_outcomes

if TYPE_CHECKING:
    from sqlalchemy import Connection


def save_support_outcome(
    connection: Connection, reference: str, outcome: str, reason: str, by: str, account: str, at: datetime
) -> None:
    """Write an outcome; those before are kept."""
    row = {"reference": reference, "outcome": outcome, "reason": reason, "by_name": by, "account": account}
    connection.execute(insert(support_outcomes), row | {"recorded_at": at})


def load_support_outcomes(connection: Connection, reference: str | None = None) -> list[Row]:
    """The outcomes, of one saisine or of all, the oldest first."""
    query = select(support_outcomes).order_by(support_outcomes.c.support_outcome_id)
    return many(connection, query.where(support_outcomes.c.reference == reference) if reference else query)
