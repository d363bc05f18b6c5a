"""The payment files of a statement made again: the bytes that the bank was sent, or an error."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from etl.model.errors import SaisinesError
from etl.warehouse import payments

if TYPE_CHECKING:
    from sqlalchemy import Engine


def made_again(engine: Engine, statement: dict[str, Any], snapshot: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The payment files of a statement, by file name, made from what was kept of each transfer.

    Raises:
        SaisinesError: the bytes are not those that were sent.
    """
    with engine.connect() as connection:
        batches = [
            (one, payments.load_items(connection, one["batch_id"]))
            for one in payments.load_batches(connection, statement["statement_id"])
        ]
    for batch, items in batches:
        yield f"{batch['message_id']}.xml", _made(batch, items, statement, snapshot)


def made_at(statement: dict[str, Any]) -> datetime:
    """The instant written in a payment file comes from the data: a second run gives the same bytes."""
    on: date = statement["finalised_on"]
    return datetime(on.year, on.month, on.day)  # noqa: DTZ001  a civil day, written without a zone


def _made(
    batch: dict[str, Any], items: list[dict[str, Any]], statement: dict[str, Any], snapshot: dict[str, Any]
) -> bytes:
    from reports.payment import render_payment

    payees = [_payee(item) for item in items]
    made = render_payment(
        statement["number"], batch["place"], snapshot["federation"], payees, batch["execution_on"], made_at(statement)
    )
    if made.xml is None or hashlib.sha256(made.xml).hexdigest() != batch["file_sha256"]:
        raise SaisinesError(f"{batch['message_id']} : le fichier de virement refait n’est pas celui qui fut envoyé.")
    return made.xml


def _payee(item: dict[str, Any]) -> dict[str, Any]:
    """A transfer as it was kept, as the payee that it was made for."""
    return {
        **item,
        "code": item["payee"],
        "nom": item["titulaire"],
        "payable_cents": item["amount_cents"],
        "state": "a_payer",
    }
