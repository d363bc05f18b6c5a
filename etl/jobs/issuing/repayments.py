"""`saisines repayments`: the orders to repay of balances that no statement can recover, and how they were settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.jobs import people
from etl.jobs.files import write_atomically
from etl.jobs.issuing import documents
from etl.model.errors import SaisinesError
from etl.warehouse import statements, watch
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Connection

Row = dict[str, Any]
WHY = {
    "convention_terminee": "La convention et sa période de suite sont terminées : aucun relevé ne suivra.",
    "association_disparue": "L’association a cessé son activité sans successeur : aucun relevé ne suivra.",
}


@dataclass(frozen=True)
class Order:
    """An order to repay: of which statement, by whom, how much, whether it still stands, its file when one was written."""

    number: str
    payee: str
    amount_cents: int
    why: str
    settled_on: datetime | None
    file: Path | None = None


def run_list(home: Path) -> list[Order]:
    """The orders to repay, settled or not; a balance carried into a later statement is that one's."""
    with connect(home) as engine, engine.connect() as connection:
        return [_order(row) for row in standing(connection)]


def run(home: Path, out: Path | None = None) -> list[Order]:
    """Write the order of each balance still owed, a PDF.

    Args:
        home: the folder of the state.
        out: the folder to write to; default, `out/reversements/` in the home.
    """
    folder = out or home / "out" / "reversements"
    made = []
    with connect(home) as engine:
        with engine.connect() as connection:
            owed = [row for row in standing(connection) if row["settled_at"] is None]
        for row in owed:
            snapshot = documents.finalised(engine, row["number"])
            for name, content in rendered(snapshot, [row]):
                write_atomically(folder / f"{row['number']}_{name}", content)
                made.append(_order(row, folder / f"{row['number']}_{name}"))
    return made


def settle(home: Path, number: str, payee: str, by: str, reason: str, at: datetime) -> int:
    """Write that an order to repay was settled outside the statements; gives its cents.

    Args:
        home: the folder of the state.
        number: of the statement that carries the balance.
        payee: the association that owed it.
        by: who says so.
        reason: how it was settled; required.
        at: the instant.

    Raises:
        SaisinesError: no such order, or settled already.
    """
    by, reason = people.given(by), people.reason_given(reason)
    with connect(home) as engine, engine.begin() as connection:
        statements.lock_statements(connection)  # a statement under way would carry it once more
        found = [row for row in standing(connection) if (row["number"], row["payee"]) == (number, payee)]
        if not found:
            raise SaisinesError(
                f"Aucun ordre de reversement de {payee} sur {number} ; « saisines repayments list » les donne."
            )
        statements.save_settlement(connection, found[0]["receivable_id"], by, reason, at)
        detail = {"number": number, "payee": payee, "amount_cents": found[0]["amount_cents"], "how": reason}
        watch.save_act(connection, "repayment", detail, by, settings.system_user(), at)
        return int(found[0]["amount_cents"])


def standing(connection: Connection) -> list[Row]:
    """The sums to claim back that were settled, or that the convention's last statement still carries out."""
    last = {
        row["convention"]: row["statement_id"]
        for row in statements.load_statements(connection)
        if row["kind"] == "releve"
    }
    rows = statements.load_receivables(connection)
    return [row for row in rows if row["settled_at"] or last[row["convention"]] == row["statement_id"]]


def rendered(snapshot: Row, rows: list[Row]) -> Iterator[tuple[str, bytes]]:
    """The orders of one statement, by file name."""
    from reports.repayment import render_repayment

    for row in rows:
        yield f"{row['payee']}.pdf", render_repayment(snapshot, row["payee"], row["amount_cents"], WHY[row["why"]])


def _order(row: Row, file: Path | None = None) -> Order:
    return Order(row["number"], row["payee"], row["amount_cents"], WHY[row["why"]], row["settled_at"], file)
