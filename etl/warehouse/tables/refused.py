"""The quarantine: rows refused, and what became of them. Append-only."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from etl.warehouse.tables.base import METADATA, instant, number, one_of, text, whole

refused_rows = Table(
    "refused_rows",
    METADATA,
    number("refused_row_id"),
    Column("delivery_id", BigInteger, ForeignKey("deliveries.delivery_id"), nullable=False, index=True),
    text("kind", required=True),
    text("sheet"),
    whole("row_number", required=True),
    text("row_key"),
    Column("columns", JSONB, nullable=False),
    Column("codes", ARRAY(Text), nullable=False),
    Column("cells", ARRAY(Text), nullable=False),
    text("sentence", required=True),
    instant("recorded_at"),
    one_of("kind", "contact", "fiche", "session"),
    CheckConstraint("cardinality(codes) >= 1", name="codes"),
    comment="One row per refused row: coded columns only (no free text, no telephone number), why in codes "
    "and in French; `cells` names the columns at fault, `row_key` finds the same row again in a corrected file.",
)
Index("ix_refused_rows_row_key", refused_rows.c.row_key)

refused_row_outcomes = Table(
    "refused_row_outcomes",
    METADATA,
    number("refused_row_outcome_id"),
    Column("refused_row_id", BigInteger, ForeignKey("refused_rows.refused_row_id"), nullable=False, unique=True),
    text("outcome", required=True),
    Column("delivery_id", BigInteger, ForeignKey("deliveries.delivery_id"), nullable=False),
    Column("row_id", BigInteger),
    instant("recorded_at"),
    one_of("outcome", "corrigee", "rejouee"),
    comment="One row per refused row that was accepted later: from a corrected file (corrigee) or judged again "
    "(rejouee); row_id is the contact, fiche or session it became.",
)
