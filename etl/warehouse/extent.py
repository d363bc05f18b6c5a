"""How far what was received reaches: the quarters that the journal tells of, the day of the last reception."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import text

from etl.model.quarter import Quarter

if TYPE_CHECKING:
    from sqlalchemy import Connection

_QUARTERS = """
SELECT DISTINCT date_trunc('quarter', c.debut_on)::date AS start
FROM contacts c JOIN deliveries d USING (delivery_id)
WHERE d.status = 'received' ORDER BY start"""
_LAST = "SELECT max(received_on) FROM deliveries WHERE status = 'received'"


def load_quarters(connection: Connection) -> list[Quarter]:
    """The quarters in which the journal has a row, in order; none when nothing was received."""
    return [Quarter.of(row.start) for row in connection.execute(text(_QUARTERS))]


def load_last_reception(connection: Connection) -> date | None:
    """The last day on which a delivery that counts was received; None when none was."""
    found: date | None = connection.execute(text(_LAST)).scalar()
    return found
