"""Payments: where each payee of a statement stands, and the batches sent to the bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from etl.model.errors import SaisinesError
from etl.warehouse.query import Row, many
from etl.warehouse.tables import payee_states, payment_batches, payment_items, statement_payees

if TYPE_CHECKING:
    from sqlalchemy import Connection


def load_payees(connection: Connection, statement_id: int, *, lock: bool = False) -> list[Row]:
    """The payees of a statement with their amounts, `state` and `why`, by code; `lock` holds their states."""
    same = (payee_states.c.statement_id == statement_payees.c.statement_id) & (
        payee_states.c.payee == statement_payees.c.payee
    )
    query = select(statement_payees, payee_states.c.state, payee_states.c.why, payee_states.c.changed_at).join(
        payee_states, same
    )
    query = query.where(statement_payees.c.statement_id == statement_id).order_by(statement_payees.c.payee)
    return many(connection, query.with_for_update(of=payee_states) if lock else query)


def save_payee_state(
    connection: Connection, statement_id: int, payee: str, state: str, why: str | None, at: datetime
) -> None:
    """Say where the payment of a payee stands; write the act in `audit` too (`etl.warehouse.watch.save_act`)."""
    own = (payee_states.c.statement_id == statement_id) & (payee_states.c.payee == payee)
    connection.execute(update(payee_states).where(own).values(state=state, why=why, changed_at=at))


def next_batch(connection: Connection, statement_id: int) -> int:
    """The place of the statement's next batch, from 1. The caller holds the payees' states."""
    return 1 + int(
        connection.execute(select(func.count()).where(payment_batches.c.statement_id == statement_id)).scalar_one()
    )


def save_batch(connection: Connection, batch: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> int:
    """Write a batch and its items, whose payees become `transmis`; gives its key.

    Args:
        connection: in a transaction that locked the payees (`load_payees(lock=True)`).
        batch: statement_id, place, message_id, execution_on, file_sha256, made_by, account, made_at.
        items: payee, beneficiary (the association paid), end_to_end_id, amount_cents, iban, bic, titulaire.

    Raises:
        sqlalchemy.exc.IntegrityError: a payee is already in an open batch.
    """
    total = sum(item["amount_cents"] for item in items)
    row = {**batch, "total_cents": total, "item_count": len(items)}
    made = int(
        connection.execute(insert(payment_batches).values(row).returning(payment_batches.c.batch_id)).scalar_one()
    )
    own = {"batch_id": made, "statement_id": batch["statement_id"], "state": "transmis", "changed_at": batch["made_at"]}
    connection.execute(insert(payment_items), [{**item, **own} for item in items])
    for item in items:
        save_payee_state(connection, batch["statement_id"], item["payee"], "transmis", None, batch["made_at"])
    return made


def save_answer(connection: Connection, end_to_end_id: str, state: str, code: str | None, at: datetime) -> None:
    """Take the bank's answer on one transfer: `paye`, or `rejete` with its code.

    Raises:
        SaisinesError: no transfer has this identifier.
    """
    change = (
        update(payment_items)
        .where(payment_items.c.end_to_end_id == end_to_end_id)
        .values(state=state, returned_code=code, changed_at=at)
    )
    row = connection.execute(change.returning(payment_items.c.statement_id, payment_items.c.payee)).first()
    if row is None:
        raise SaisinesError(
            f"Aucun virement ne porte l’identifiant {end_to_end_id} ; "
            "vérifiez que la réponse de la banque est la bonne."
        )
    save_payee_state(connection, row.statement_id, row.payee, state, code, at)


def load_batches(connection: Connection, statement_id: int) -> list[Row]:
    """The batches of a statement, in order."""
    query = (
        select(payment_batches).where(payment_batches.c.statement_id == statement_id).order_by(payment_batches.c.place)
    )
    return many(connection, query)


def load_items(connection: Connection, batch_id: int) -> list[Row]:
    """The transfers of a batch, by payee."""
    return many(
        connection, select(payment_items).where(payment_items.c.batch_id == batch_id).order_by(payment_items.c.payee)
    )


def load_open_payees(connection: Connection, statement_id: int) -> set[str]:
    """The payees of a statement with a transfer that was not rejected."""
    own = (payment_items.c.statement_id == statement_id) & (payment_items.c.state != "rejete")
    return set(connection.execute(select(payment_items.c.payee).where(own)).scalars())


def load_items_of(connection: Connection, message_id: str) -> list[Row]:
    """The transfers of the file that bears this identifier.

    Raises:
        SaisinesError: no file of ours does.
    """
    query = (
        select(payment_items)
        .join(payment_batches, payment_batches.c.batch_id == payment_items.c.batch_id)
        .where(payment_batches.c.message_id == message_id)
        .order_by(payment_items.c.payee)
    )
    rows = many(connection, query)
    if not rows:
        raise SaisinesError(
            f"Aucun fichier de virement ne porte l’identifiant {message_id} ; vérifiez la réponse de la banque."
        )
    return rows
