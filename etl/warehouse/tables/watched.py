"""Who read what, and what was done. Append-only."""

from __future__ import annotations

from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql import JSONB

from etl.warehouse.tables.base import METADATA, instant, number, text

readings = Table(
    "readings",
    METADATA,
    number("reading_id"),
    instant("read_at"),
    text("by_name"),
    text("account", required=True),
    text("reference", required=True),
    text("how", required=True),
    comment="One row per reading of the story of one saisine (explain, desk).",
)

audit = Table(
    "audit",
    METADATA,
    number("audit_id"),
    instant("happened_at"),
    text("by_name"),
    text("account", required=True),
    text("action", required=True),
    Column("detail", JSONB, nullable=False),
    comment="One row per act that changes reference data, deliveries, conventions or payments: who, when, what.",
)
