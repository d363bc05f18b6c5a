"""What the sources that pull remember: what was seen there, where a list was left, and files that nobody could attribute."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Table, Text, UniqueConstraint

from etl.warehouse.tables.base import METADATA, day, flag, instant, number, one_of, text

pulled_items = Table(
    "pulled_items",
    METADATA,
    number("pulled_item_id"),
    text("source", required=True),
    text("item", required=True),
    text("outcome", required=True),
    instant("seen_at"),
    UniqueConstraint("source", "item"),
    one_of("outcome", "received", "held", "failed", "nothing"),
    CheckConstraint("item ~ '^[0-9a-f]{64}$'", name="item"),
    comment="One row per item of a source that was seen: the SHA-256 of its identity there, what became of it.",
)

source_positions = Table(
    "source_positions",
    METADATA,
    Column("source", Text, primary_key=True),
    text("cursor"),
    instant("pulled_at"),
    comment="One row per source: where its list was left, and when it was last read to its end.",
)

held_files = Table(
    "held_files",
    METADATA,
    number("held_file_id"),
    text("source", required=True),
    text("item", required=True),
    text("kind", required=True),
    text("file_name", required=True),
    text("said"),
    flag("believed", required=True),
    text("reason", required=True),
    text("sha256"),
    text("landed"),
    Column("size_bytes", BigInteger),
    day("received_on", required=True),
    instant("held_at"),
    text("outcome"),
    text("association"),
    text("settled_by"),
    text("settled_reason"),
    instant("settled_at", required=False),
    one_of("kind", "journal", "fiches"),
    one_of("outcome", "attributed", "discarded"),
    CheckConstraint(
        "(outcome IS NULL) = (settled_by IS NULL AND settled_reason IS NULL AND settled_at IS NULL)",
        name="settled_said",
    ),
    CheckConstraint("(outcome = 'attributed') = (association IS NOT NULL)", name="association_said"),
    CheckConstraint("(sha256 IS NULL) = (landed IS NULL)", name="landed"),
    comment="One row per fetched file that is held: whose it is is not known or not believed; then who settled it, and why.",
)
