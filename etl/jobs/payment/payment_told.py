"""What the bank did of a transfer, told by hand: on a statement of account, by telephone, or after the fact."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from etl import settings
from etl.jobs import people
from etl.jobs.payment import pay
from etl.model.errors import SaisinesError
from etl.warehouse import payments, watch
from etl.warehouse.server import connect

# A transfer that was paid may still come back; one that came back is paid again by the next batch only.
FOLLOWS = {"transmis": ("paye", "rejete"), "paye": ("rejete",)}
NAMES = {"paye": "payé", "rejete": "rejeté", "transmis": "transmis à la banque"}
BY_HAND = "MAIN"  # in place of the bank's code


def run(home: Path, batch_id: int, payee: str, state: str, by: str, reason: str, at: datetime) -> None:
    """Say that a transfer of a batch was paid, or came back: the next batch can then pay it again.

    Args:
        home: the folder of the state.
        batch_id: of the batch.
        payee: the association paid.
        state: `paye` or `rejete`.
        by: the person.
        reason: how it is known; required, kept in `audit`.
        at: the instant.

    Raises:
        SaisinesError: no such transfer, or it cannot become so.
    """
    by, reason = people.given(by), people.reason_given(reason)
    with connect(home) as engine, engine.begin() as connection:
        items = payments.load_items(connection, batch_id)
        item = next((one for one in items if one["payee"] == payee), None)
        if item is None:
            raise SaisinesError(f"Ce lot n’a pas de virement à {payee} : rechargez la page.")
        locked = {row["payee"]: row for row in payments.load_payees(connection, item["statement_id"], lock=True)}
        item = next(one for one in payments.load_items(connection, batch_id) if one["payee"] == payee)
        if state not in FOLLOWS.get(item["state"], ()) or locked[payee]["state"] != item["state"]:
            raise SaisinesError(
                f"Le virement à {payee} est {NAMES.get(item['state'], item['state'])} : il ne peut pas devenir "
                f"{NAMES.get(state, state)} ; rechargez la page."
            )
        code = BY_HAND if state == "rejete" else None
        payments.save_answer(connection, item["end_to_end_id"], state, code, at)
        detail = {"end_to_end_id": item["end_to_end_id"], "state": state, "reason": reason}
        watch.save_act(connection, "bank_answer_by_hand", detail, by, settings.system_user(), at)
        pay.check(connection, item["statement_id"])
