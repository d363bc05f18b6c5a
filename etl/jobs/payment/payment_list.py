"""`saisines payments`: where the payment of each payee of a quarter stands, and what is told of one by hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from etl.jobs.payment import pay, payment_told
from etl.model.errors import SaisinesError
from etl.model.quarter import Quarter
from etl.warehouse import payments, statements
from etl.warehouse.reference import load_associations
from etl.warehouse.server import connect
from reports.payment_return import REASONS

# Why a payee is where it is, by the code that the warehouse keeps: of the bank (ISO 20022) or ours.
WHY = {
    **REASONS,
    payment_told.BY_HAND: "constaté à la main",
    "NOTHING_PAYABLE": "rien à payer",
    "IBAN_CHANGED": "coordonnées à confirmer",
    "BAD_IDENTIFIER": "identifiant faux",
}


def run(home: Path, quarter: str, convention: str) -> list[dict[str, Any]]:
    """The payees of a quarter's finalised statements: `number`, `payee`, `payable_cents`, `state`, `why` (held, returned).

    Raises:
        SaisinesError: nothing is finalised.
    """
    with connect(home) as engine, engine.connect() as connection:
        stopped = pay.held([dict(row) for row in load_associations(connection)])
        return [
            _told(statement["number"], row, stopped)
            for statement in pay.finalised(connection, str(Quarter.parse(quarter)), convention)
            for row in payments.load_payees(connection, statement["statement_id"])
        ]


def _told(number: str, row: dict[str, Any], stopped: dict[str, list[str]]) -> dict[str, Any]:
    waits = row["state"] in ("a_payer", "rejete")
    why = "rien à payer" if row["payable_cents"] <= 0 else WHY.get(row["why"] or "", row["why"])
    held = stopped.get(row["payee"], []) if waits and row["payable_cents"] > 0 else []
    return {
        "number": number,
        "payee": row["payee"],
        "payable_cents": row["payable_cents"],
        "state": pay.STATES[row["state"]],
        "why": " ".join([*filter(None, [why]), *held]),
    }


def tell(home: Path, number: str, payee: str, state: str, by: str, reason: str, at: datetime) -> None:
    """Say by hand that a payee was paid (`paye`), by its transfer or otherwise, or that its transfer came back (`rejete`).

    Args:
        home: the folder of the state.
        number: of the finalised statement.
        payee: its code.
        state: `paye` or `rejete`.
        by: who says so.
        reason: how it is known; required.
        at: the instant.

    Raises:
        SaisinesError: no such statement or payee, or the payee cannot become so.
    """
    with connect(home) as engine, engine.connect() as connection:
        statement = statements.load_statement(connection, number)
        batches = payments.load_batches(connection, statement["statement_id"]) if statement else []
        items = [item for one in batches for item in payments.load_items(connection, one["batch_id"])]
    sent = [item for item in items if item["payee"] == payee and item["state"] != "rejete"]
    if sent:
        payment_told.run(home, sent[0]["batch_id"], payee, state, by, reason, at)
    elif state == "paye":
        pay.paid_apart(home, number, payee, by, reason, at)
    else:
        raise SaisinesError(f"{payee} n’a pas de virement en cours sur {number} : rien ne peut revenir.")
