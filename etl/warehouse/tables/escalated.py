"""What the referent psychologist does of the supports that an association cannot give. Append-only."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Table

from etl.warehouse.tables.base import METADATA, instant, number, one_of, text

support_outcomes = Table(
    "support_outcomes",
    METADATA,
    number("support_outcome_id"),
    text("reference", required=True),
    text("outcome", required=True),
    text("reason", required=True),
    text("by_name", required=True),
    text("account", required=True),
    instant("recorded_at"),
    one_of("outcome", "en_cours", "association", "referent", "autre_aide", "renonce", "injoignable"),
    CheckConstraint("btrim(by_name) <> '' AND btrim(reason) <> ''", name="author_and_reason"),
    comment="One row per outcome that the referent psychologist gives to an impossible support; the last one of a saisine stands.",
)
