"""Issues of the funder's report as published, and reminders as sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from etl.warehouse.query import Row, many
from etl.warehouse.tables import funder_issues, reminders, support_outcomes

if TYPE_CHECKING:
    from sqlalchemy import Connection

ISSUE_LOCK = 0x5A154  # advisory lock of those who publish: a quarter's masks follow from the issues before it


def lock_issues(connection: Connection) -> None:
    """One process at a time publishes, until the end of its transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ISSUE_LOCK})


def load_issues(connection: Connection, convention: str) -> list[Row]:
    """The issues of a convention, in the order in which they were published."""
    query = select(funder_issues).where(funder_issues.c.convention == convention)
    return many(connection, query.order_by(funder_issues.c.issue_id))


def save_issue(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep what was published: columns of `funder_issues` but issue_id.

    Raises:
        sqlalchemy.exc.IntegrityError: that quarter is published already.
    """
    connection.execute(insert(funder_issues).values(dict(row)))


def load_last_reminders(connection: Connection) -> dict[str, date]:
    """The day of the last reminder of each association that ever had one."""
    query = select(reminders.c.association, func.max(reminders.c.as_of).label("last")).group_by(reminders.c.association)
    return {row.association: row.last for row in connection.execute(query)}


def save_reminder(
    connection: Connection, association: str, as_of: date, awaited: int, state: str, at: datetime
) -> None:
    """Write that a reminder left; again changes nothing."""
    row = {"association": association, "as_of": as_of, "awaited": awaited, "state": state, "sent_at": at}
    connection.execute(insert(reminders).values(row).on_conflict_do_nothing())


def load_support_outcomes(connection: Connection) -> dict[str, str]:
    """The last outcome that the referent psychologist gave to each impossible support, by reference."""
    query = select(support_outcomes.c.reference, support_outcomes.c.outcome)
    rows = connection.execute(query.order_by(support_outcomes.c.support_outcome_id))
    return {row.reference: row.outcome for row in rows}
