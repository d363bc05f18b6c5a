"""Finalised statements and take-overs: written whole, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, text, update

from etl.model.errors import SaisinesError
from etl.warehouse import arrow
from etl.warehouse.query import Row, first, many
from etl.warehouse.tables import payee_states, receivables, statement_lines, statement_payees, statements

if TYPE_CHECKING:
    from sqlalchemy import Connection

STATEMENT_LOCK = 0x5A153  # advisory lock of those who state lines: two conventions may state the same session


def lock_statements(connection: Connection) -> None:
    """One process at a time finalises or takes over, whatever the convention, until the end of its transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": STATEMENT_LOCK})


def next_place(connection: Connection, convention: str, civil_year: int) -> int:
    """The place of the convention's next statement of that civil year, from 1. The caller holds `lock_statements`."""
    query = select(func.count()).where(
        statements.c.kind == "releve", statements.c.convention == convention, statements.c.civil_year == civil_year
    )
    return 1 + int(connection.execute(query).scalar_one())


def load_statements(connection: Connection, convention: str | None = None) -> list[Row]:
    """Finalised statements and take-overs, in order, without their data."""
    columns = [column for column in statements.c if column.name not in ("statement", "snapshot")]
    query = select(*columns).order_by(statements.c.statement_id)
    return many(connection, query if convention is None else query.where(statements.c.convention == convention))


def load_year(connection: Connection, convention: str, year: int) -> int:
    """Cents stated in all for the acts of a civil year of a convention, what was taken back deducted."""
    query = select(func.coalesce(func.sum(statement_lines.c.amount_cents), 0)).where(
        statement_lines.c.convention == convention, func.extract("year", statement_lines.c.act_date) == year
    )
    return int(connection.execute(query).scalar_one())


def load_statement(connection: Connection, number: str) -> Row | None:
    """One finalised statement by its number; `etl.warehouse.drafts.unpack` reads its `statement`."""
    return first(connection, select(statements).where(statements.c.number == number))


def load_statement_of(connection: Connection, draft_id: int) -> Row | None:
    """The statement that finalised a draft, if any."""
    return first(connection, select(statements).where(statements.c.draft_id == draft_id))


def save_statement(
    connection: Connection,
    header: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    payees: Sequence[Mapping[str, Any]] = (),
    not_paid: Sequence[Mapping[str, Any]] = (),
) -> int:
    """Write a statement and all that hangs on it; gives its key. The database refuses it unless it adds up.

    Args:
        connection: in a transaction that holds `lock_statements`.
        header: columns of `statements` but statement_id and the counts.
        lines: columns of `statement_lines` but statement_id, line_no and convention.
        payees: columns of `statement_payees` but statement_id.
        not_paid: columns of `statement_not_paid` but statement_id and line_no.
    """
    counts = {"line_count": len(lines), "payee_count": len(payees), "not_paid_count": len(not_paid)}
    made = int(
        connection.execute(
            insert(statements).values({**header, **counts}).returning(statements.c.statement_id)
        ).scalar_one()
    )
    own = {"statement_id": made, "convention": header["convention"]}
    arrow.copy_records(
        connection, "statement_lines", [{**own, "line_no": n, **line} for n, line in enumerate(lines, 1)]
    )
    arrow.copy_records(
        connection,
        "statement_not_paid",
        [{"statement_id": made, "line_no": n, **act} for n, act in enumerate(not_paid, 1)],
    )
    if payees:
        connection.execute(insert(statement_payees), [{"statement_id": made, **payee} for payee in payees])
        connection.execute(
            insert(payee_states), [_first_state(made, payee, header["finalised_at"]) for payee in payees]
        )
    return made


def save_receivables(
    connection: Connection, statement_id: int, owed: Sequence[tuple[str, int, str]], at: datetime
) -> None:
    """Turn balances that nothing can recover into sums to claim back: (payee, cents > 0, why)."""
    names = ("payee", "amount_cents", "why")
    if owed:
        connection.execute(
            insert(receivables),
            [dict(zip(names, one, strict=True)) | {"statement_id": statement_id, "made_at": at} for one in owed],
        )


def load_receivables(connection: Connection) -> list[Row]:
    """Sums to claim back, with the number of their statement."""
    query = select(receivables, statements.c.number, statements.c.convention).join(
        statements, statements.c.statement_id == receivables.c.statement_id
    )
    return many(connection, query.order_by(receivables.c.receivable_id))


def save_settlement(connection: Connection, receivable_id: int, by: str, how: str, at: datetime) -> None:
    """Write that an order to repay was settled outside the statements: the balance is carried no more.

    Raises:
        SaisinesError: no such order, or settled already.
    """
    change = {"settled_at": at, "settled_by": by, "how_settled": how}
    open_one = (receivables.c.receivable_id == receivable_id) & receivables.c.settled_at.is_(None)
    if connection.execute(update(receivables).where(open_one).values(change)).rowcount != 1:
        raise SaisinesError(f"Ordre de reversement {receivable_id} inconnu, ou déjà soldé.")


def _first_state(statement_id: int, payee: Mapping[str, Any], at: object) -> dict[str, Any]:
    state = (
        {"state": "a_payer", "why": None}
        if payee["payable_cents"] > 0
        else {"state": "bloque", "why": "NOTHING_PAYABLE"}
    )
    return {"statement_id": statement_id, "payee": payee["payee"], "changed_at": at} | state
