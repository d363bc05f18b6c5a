"""What left the house and must not change, or not be sent again: issues of the funder's report, reminders."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, LargeBinary, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from etl.warehouse.tables.base import METADATA, day, instant, number, text, whole

funder_issues = Table(
    "funder_issues",
    METADATA,
    number("issue_id"),
    text("convention", required=True),
    text("quarter", required=True),
    Column("statement_id", BigInteger, ForeignKey("statements.statement_id")),
    day("cutoff", required=True),
    Column("issue", JSONB, nullable=False),
    Column("snapshot", LargeBinary),
    text("published_by", required=True),
    text("account", required=True),
    instant("published_at"),
    UniqueConstraint("convention", "quarter"),
    CheckConstraint("(statement_id IS NULL) = (snapshot IS NOT NULL)", name="basis"),
    comment="One row per quarter of a convention reported to its funder: the cells as published, masks included (null), "
    "and the statement they were published with; its snapshot stands here when nothing was to be stated. Immutable.",
)

reminders = Table(
    "reminders",
    METADATA,
    number("reminder_id"),
    text("association", required=True),
    day("as_of", required=True),
    whole("awaited", required=True),
    text("state", required=True),
    instant("sent_at"),
    UniqueConstraint("association", "as_of"),
    CheckConstraint("awaited > 0", name="awaited"),
    comment="One row per reminder sent to an association: of which day, how many fiches, and a fingerprint of which. Append-only.",
)
