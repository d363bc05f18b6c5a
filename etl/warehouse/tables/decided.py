"""What people decided. Append-only."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table

from etl.warehouse.tables.base import METADATA, day, instant, number, one_of, text

KINDS = ("confirm_match", "reject_match", "accept", "refuse", "requalify", "dispute", "register_saisine", "withdraw")

decisions = Table(
    "decisions",
    METADATA,
    number("decision_id"),
    text("kind", required=True),
    text("reference"),
    text("association"),
    text("code"),
    text("written"),
    text("convention"),
    text("qualite"),
    text("new_association"),
    day("day"),
    text("author", required=True),
    text("reason", required=True),
    instant("decided_at"),
    text("account", required=True),
    one_of("kind", *KINDS),
    CheckConstraint("btrim(author) <> '' AND btrim(reason) <> ''", name="author_and_reason"),
    comment="One row per decision, in order; never edited, undone by another one.",
)
Index("ix_decisions_reference", decisions.c.reference)

decision_bases = Table(
    "decision_bases",
    METADATA,
    number("decision_basis_id"),
    Column("decision_id", BigInteger, ForeignKey("decisions.decision_id"), nullable=False, index=True),
    text("association"),
    text("acts", required=True),
    comment="One row per fiche that counted when a code was accepted: what its acts were, which must still hold.",
)
