"""Payment: where each payee of a statement stands, batches sent to the bank, sums to claim back."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    UniqueConstraint,
)

from etl.warehouse.tables.base import METADATA, cents, day, instant, number, one_of, text, whole

STATES = ("a_payer", "bloque", "transmis", "rejete", "paye")


def _payee_key() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["statement_id", "payee"], ["statement_payees.statement_id", "statement_payees.payee"])


payee_states = Table(
    "payee_states",
    METADATA,
    Column("statement_id", BigInteger, primary_key=True, autoincrement=False),
    Column("payee", Text, primary_key=True),
    text("state", required=True),
    text("why"),
    instant("changed_at"),
    _payee_key(),
    one_of("state", *STATES),
    CheckConstraint("state <> 'bloque' OR why IS NOT NULL", name="why"),
    comment="One row per payee of a finalised statement: where its payment stands. Each change goes to audit too.",
)

payment_batches = Table(
    "payment_batches",
    METADATA,
    number("batch_id"),
    Column("statement_id", BigInteger, ForeignKey("statements.statement_id"), nullable=False),
    whole("place", required=True),
    text("message_id", required=True),
    day("execution_on", required=True),
    cents("total_cents"),
    whole("item_count", required=True),
    text("file_sha256"),
    text("made_by", required=True),
    text("account", required=True),
    instant("made_at"),
    UniqueConstraint("statement_id", "place"),
    UniqueConstraint("message_id"),
    CheckConstraint("total_cents > 0 AND item_count > 0 AND place >= 1", name="not_empty"),
    comment="One row per payment file made for a statement, numbered from 1.",
)

payment_items = Table(
    "payment_items",
    METADATA,
    Column("batch_id", BigInteger, ForeignKey("payment_batches.batch_id"), primary_key=True, autoincrement=False),
    Column("statement_id", BigInteger, nullable=False),
    Column("payee", Text, primary_key=True),
    text("beneficiary", required=True),
    text("end_to_end_id", required=True),
    cents("amount_cents"),
    text("iban", required=True),
    text("bic"),
    text("titulaire", required=True),
    text("state", required=True),
    text("returned_code"),
    instant("changed_at"),
    _payee_key(),
    one_of("state", "transmis", "rejete", "paye"),
    UniqueConstraint("end_to_end_id"),
    CheckConstraint("amount_cents > 0", name="amount"),
    comment="One row per payee of a batch, with the bank details it was sent to.",
)
Index(
    "uq_payment_items_one_open",
    payment_items.c.statement_id,
    payment_items.c.payee,
    unique=True,
    postgresql_where=payment_items.c.state != "rejete",
)

receivables = Table(
    "receivables",
    METADATA,
    number("receivable_id"),
    Column("statement_id", BigInteger, nullable=False),
    Column("payee", Text, nullable=False),
    cents("amount_cents"),
    text("why", required=True),
    instant("made_at"),
    instant("settled_at", required=False),
    text("settled_by"),
    text("how_settled"),
    _payee_key(),
    UniqueConstraint("statement_id", "payee"),
    one_of("why", "convention_terminee", "association_disparue"),
    CheckConstraint("amount_cents > 0", name="amount"),
    CheckConstraint(
        "(settled_at IS NULL) = (settled_by IS NULL) AND (settled_at IS NULL) = (how_settled IS NULL)", name="settled"
    ),
    comment="One row per balance of a statement that no later one can recover: an order to repay. "
    "It goes on being carried, as the sum still owed, until settled; that of the convention's last statement stands.",
)
