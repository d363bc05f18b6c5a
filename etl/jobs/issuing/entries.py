"""`saisines entries`: the journal entries of a period, for the books: statements, batches, returns, sums repaid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.jobs.files import write_atomically
from etl.jobs.issuing import documents
from etl.model.errors import SaisinesError
from etl.model.quarter import civil_day
from etl.warehouse import payments, statements
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from reports.fec import Entry

Snapshot = dict[str, Any]


@dataclass(frozen=True)
class Written:
    """The file of a period: where it is, its entries, what they debit in all, and how many a person must review."""

    file: Path
    entries: int
    debit_cents: int
    to_review: int


def run(home: Path, since: date, until: date, convention: str | None = None, out: Path | None = None) -> Written:
    """Write the entries dated in a period, of one convention or of all, in one file.

    Args:
        home: the folder of the state.
        since: first day.
        until: last day, included.
        convention: only this one.
        out: the folder to write to; default, `out/ecritures/` in the home.

    Raises:
        SaisinesError: the days are in the wrong order, or nothing happened in the period.
    """
    from reports.fec import in_order, render_fec

    if until < since:
        raise SaisinesError(
            f"Le {until:%d/%m/%Y} précède le {since:%d/%m/%Y} : donnez le premier jour, puis le dernier."
        )
    with connect(home) as engine:
        found = in_order(entry for entry in _entries(engine, convention) if since <= entry.on <= until)
    if not found:
        raise SaisinesError(f"Aucune écriture du {since:%d/%m/%Y} au {until:%d/%m/%Y}.")
    name = f"ecritures_{since}_{until}{f'_{convention}' if convention else ''}.txt"
    file = (out or home / "out" / "ecritures") / name
    write_atomically(file, render_fec(found))
    debit = sum(movement.cents for entry in found for movement in entry.movements if movement.cents > 0)
    return Written(file, len(found), debit, sum(entry.validated_on is None for entry in found))


def _entries(engine: Engine, convention: str | None) -> Iterable[Entry]:
    with engine.connect() as connection:
        rows = statements.load_statements(connection, convention)
    for row in rows:
        if row["kind"] == "releve":
            yield from _of(engine, row)


def _of(engine: Engine, statement: dict[str, Any]) -> list[Entry]:
    from reports.fec import statement_entries

    snapshot = documents.finalised(engine, statement["number"])
    key = statement["statement_id"]
    with engine.connect() as connection:
        batches = [
            (batch, payments.load_items(connection, batch["batch_id"]))
            for batch in payments.load_batches(connection, key)
        ]
        by_hand = _paid_by_hand(connection, key)
        repaid = [
            row for row in statements.load_receivables(connection) if row["statement_id"] == key and row["settled_at"]
        ]
    made = statement_entries(snapshot)
    for batch, items in batches:
        made += _batch(snapshot, batch, items)
    made += [_by_hand(snapshot, row) for row in by_hand]
    return made + [_repaid(snapshot, row) for row in repaid]


def _batch(snapshot: Snapshot, batch: dict[str, Any], items: list[dict[str, Any]]) -> list[Entry]:
    from reports.fec import payee_entry, payment_entries

    execution_on = batch["execution_on"]
    answered = None if any(item["state"] == "transmis" for item in items) else max(item["changed_at"] for item in items)
    validated_on = max(civil_day(answered), execution_on) if answered else None
    sent = {item["payee"]: item["amount_cents"] for item in items}
    returned = [
        payee_entry(
            snapshot,
            max(civil_day(item["changed_at"]), execution_on),
            item["end_to_end_id"],
            f"Virement rejeté {item['payee']} {item['returned_code'] or ''}".rstrip(),
            item["payee"],
            -item["amount_cents"],
            checked=True,
        )
        for item in items
        if item["state"] == "rejete"
    ]
    return payment_entries(snapshot, batch["message_id"], sent, execution_on, validated_on) + returned


def _paid_by_hand(connection: Connection, statement_id: int) -> list[dict[str, Any]]:
    """The payees paid without a transfer of ours."""
    sent = payments.load_open_payees(connection, statement_id)
    return [
        row
        for row in payments.load_payees(connection, statement_id)
        if row["state"] == "paye" and row["payee"] not in sent
    ]


def _by_hand(snapshot: Snapshot, row: dict[str, Any]) -> Entry:
    from reports.fec import payee_entry

    code, number = row["payee"], snapshot["statement"]["number"]
    on, words = civil_day(row["changed_at"]), f"Paiement à la main {code} {number}"
    return payee_entry(snapshot, on, f"{number}-{code}", words, code, row["payable_cents"], checked=False)


def _repaid(snapshot: Snapshot, row: dict[str, Any]) -> Entry:
    """An order to repay that was settled: how is in words, so that a person looks at it."""
    from reports.fec import payee_entry

    code, number = row["payee"], row["number"]
    on, words = civil_day(row["settled_at"]), f"Reversement {code} {number}"
    return payee_entry(snapshot, on, f"{number}-{code}", words, code, -row["amount_cents"], checked=False)
