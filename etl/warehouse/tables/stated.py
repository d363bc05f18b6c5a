"""Drafts with their life, and finalised statements, which nothing alters."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
)

from etl.warehouse.tables.base import METADATA, cents, day, flag, instant, number, one_of, text, whole

PRESTATIONS = ("PEC", "CAR", "REO", "PSY", "JUR", "SOC")

drafts = Table(
    "drafts",
    METADATA,
    number("draft_id"),
    text("convention", required=True),
    text("quarter", required=True),
    day("cutoff", required=True),
    text("digest", required=True),
    cents("total_cents"),
    whole("line_count", required=True),
    flag("parked", required=True),
    Column("statement", LargeBinary, nullable=False),
    text("status", required=True),
    instant("made_at"),
    one_of("status", "brouillon", "soumis", "approuve", "finalise"),
    UniqueConstraint("convention", "quarter", "digest"),
    comment="One row per distinct draft ever made: its canonical JSON, compressed (zlib), and where it is in its life.",
)
Index(
    "uq_drafts_one_open",
    drafts.c.convention,
    drafts.c.quarter,
    unique=True,
    postgresql_where=drafts.c.status.in_(["soumis", "approuve"]),
)

draft_events = Table(
    "draft_events",
    METADATA,
    number("draft_event_id"),
    Column("draft_id", BigInteger, ForeignKey("drafts.draft_id"), nullable=False, index=True),
    text("event", required=True),
    text("by_name", required=True),
    text("account", required=True),
    text("reason"),
    instant("happened_at"),
    one_of("event", "soumis", "approuve", "rejete", "finalise"),
    CheckConstraint("btrim(by_name) <> ''", name="by_name"),
    CheckConstraint("event <> 'rejete' OR btrim(coalesce(reason, '')) <> ''", name="reject_reason"),
    comment="One row per step in the life of a draft: who, under which account, when, why. Append-only.",
)

statements = Table(
    "statements",
    METADATA,
    number("statement_id"),
    text("kind", required=True),
    text("number", required=True),
    text("convention", required=True),
    text("quarter"),
    day("cutoff"),
    day("until_on"),
    whole("civil_year", required=True),
    whole("place"),
    text("digest"),
    Column("draft_id", BigInteger, ForeignKey("drafts.draft_id"), unique=True),
    Column("set_id", BigInteger, ForeignKey("convention_sets.set_id")),
    cents("total_cents"),
    whole("line_count", required=True),
    whole("payee_count", required=True),
    whole("not_paid_count", required=True),
    Column("statement", LargeBinary),
    Column("snapshot", LargeBinary),
    instant("finalised_at"),
    day("finalised_on", required=True),
    text("finalised_by", required=True),
    text("account", required=True),
    text("reason"),
    UniqueConstraint("number"),
    UniqueConstraint("convention", "civil_year", "place"),
    UniqueConstraint("statement_id", "convention"),
    one_of("kind", "releve", "reprise"),
    CheckConstraint(
        "CASE kind WHEN 'releve' THEN quarter IS NOT NULL AND cutoff IS NOT NULL AND place >= 1 AND digest IS NOT NULL "
        "AND statement IS NOT NULL AND draft_id IS NOT NULL AND until_on IS NULL "
        "ELSE quarter IS NULL AND place IS NULL AND until_on IS NOT NULL AND reason IS NOT NULL END",
        name="whole",
    ),
    CheckConstraint(
        "number = CASE kind WHEN 'releve' "
        "THEN 'ER-' || convention || '-' || quarter || '-' || lpad(place::text, 4, '0') "
        "ELSE 'ER-' || convention || '-REPRISE' END",
        name="number",
    ),
    comment="One row per finalised statement, in order, and per take-over (kind reprise). Immutable.",
)

statement_lines = Table(
    "statement_lines",
    METADATA,
    Column("statement_id", BigInteger, primary_key=True, autoincrement=False),
    Column("line_no", BigInteger, primary_key=True, autoincrement=False),
    text("convention", required=True),
    text("reference", required=True),
    text("association", required=True),
    text("prestation", required=True),
    day("act_date", required=True),
    whole("nth", required=True),
    text("kind", required=True),
    Column("base_cents", BigInteger),
    Column("uplift_pct", Numeric(9, 4)),
    cents("amount_cents"),
    text("tariff"),
    Column("corrects", Text, ForeignKey("statements.number")),
    flag("taken_back", required=True),
    flag("undated", required=True),
    text("qualite"),
    ForeignKeyConstraint(["statement_id", "convention"], ["statements.statement_id", "statements.convention"]),
    UniqueConstraint("statement_id", "reference", "association", "prestation", "act_date", "nth"),
    one_of("prestation", *PRESTATIONS),
    one_of("kind", "courant", "rattrapage", "regularisation", "reprise"),
    CheckConstraint("(kind = 'regularisation') = (corrects IS NOT NULL)", name="corrects"),
    CheckConstraint("kind = 'regularisation' OR amount_cents >= 0", name="amount"),
    CheckConstraint("nth >= 1", name="nth"),
    comment="One row per line of a finalised statement or of a take-over; amounts as on it, signed. Immutable.",
)
Index(
    "uq_statement_lines_first_statement",
    statement_lines.c.convention,
    statement_lines.c.reference,
    statement_lines.c.association,
    statement_lines.c.prestation,
    statement_lines.c.act_date,
    statement_lines.c.nth,
    unique=True,
    postgresql_where=statement_lines.c.kind != "regularisation",
)
Index(
    "uq_statement_lines_one_pec_car_reo",
    statement_lines.c.convention,
    statement_lines.c.reference,
    statement_lines.c.association,
    statement_lines.c.prestation,
    unique=True,
    postgresql_where=(statement_lines.c.kind != "regularisation")
    & statement_lines.c.prestation.in_(["PEC", "CAR", "REO"]),
)

statement_not_paid = Table(
    "statement_not_paid",
    METADATA,
    Column("statement_id", BigInteger, ForeignKey("statements.statement_id"), primary_key=True, autoincrement=False),
    Column("line_no", BigInteger, primary_key=True, autoincrement=False),
    text("reference", required=True),
    text("association", required=True),
    text("prestation", required=True),
    day("act_date"),
    whole("nth"),
    text("reason", required=True),
    comment="One row per act that a finalised statement lists as not paid, and reason. Immutable.",
)

statement_payees = Table(
    "statement_payees",
    METADATA,
    Column("statement_id", BigInteger, ForeignKey("statements.statement_id"), primary_key=True, autoincrement=False),
    Column("payee", Text, primary_key=True),
    cents("total_cents"),
    cents("carried_in_cents"),
    cents("payable_cents"),
    cents("carried_out_cents"),
    CheckConstraint("total_cents + carried_in_cents = payable_cents + carried_out_cents", name="adds_up"),
    CheckConstraint("payable_cents >= 0 AND carried_out_cents <= 0 AND carried_in_cents <= 0", name="signs"),
    CheckConstraint("payable_cents = 0 OR carried_out_cents = 0", name="one_way"),
    comment="One row per payee of a finalised statement: what it owes, with what was carried. Immutable.",
)
