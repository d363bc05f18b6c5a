"""Refused rows and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from etl.warehouse.query import Row, many
from etl.warehouse.tables import deliveries, refused_row_outcomes, refused_rows

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, kw_only=True)
class RefusedRow:
    """One row refused.

    Attributes:
        kind: what it would have been: `contact`, `fiche` or `session`.
        row_key: what finds the same row in a corrected file (an id_appel, a reference as written…), unique enough.
        columns: its coded columns as text; free text, telephone numbers and names never.
        codes: why, one or more.
        cells: names of the columns at fault.
        sentence: why, in French.
    """

    delivery_id: int
    kind: str
    row_number: int
    columns: Mapping[str, Any]
    codes: Sequence[str]
    sentence: str
    sheet: str | None = None
    row_key: str | None = None
    cells: Sequence[str] = ()


def save_refused(connection: Connection, rows: Sequence[RefusedRow], at: datetime) -> list[int]:
    """Keep refused rows, in the transaction of their deliveries; gives their keys in the same order."""
    if not rows:
        return []
    values = [
        {
            **vars(row),
            "columns": dict(row.columns),
            "codes": list(row.codes),
            "cells": list(row.cells),
            "recorded_at": at,
        }
        for row in rows
    ]
    result = connection.execute(
        insert(refused_rows).returning(refused_rows.c.refused_row_id, sort_by_parameter_order=True), values
    )
    return [row.refused_row_id for row in result]


def load_refused(connection: Connection, *, origin: str | None = None, waiting: bool = True) -> list[Row]:
    """Refused rows of deliveries not withdrawn, with their delivery and what became of them, oldest first.

    Args:
        connection: any.
        origin: only those of this association or source profile.
        waiting: only those that nothing has replaced yet.
    """
    outcome = refused_row_outcomes.c
    query = (
        select(
            refused_rows,
            deliveries.c.origin,
            deliveries.c.received_on,
            deliveries.c.file_name,
            deliveries.c.landed,
            deliveries.c.sha256,
            deliveries.c.layout,
            outcome.outcome,
            outcome.delivery_id.label("outcome_delivery_id"),
            outcome.row_id,
        )
        .join(deliveries, deliveries.c.delivery_id == refused_rows.c.delivery_id)
        .outerjoin(refused_row_outcomes, outcome.refused_row_id == refused_rows.c.refused_row_id)
        .where(deliveries.c.status != "withdrawn")
        .order_by(refused_rows.c.refused_row_id)
    )
    query = query.where(deliveries.c.origin == origin) if origin is not None else query
    query = query.where(outcome.outcome.is_(None)) if waiting else query
    return many(connection, query)


def save_outcomes(connection: Connection, outcomes: Sequence[tuple[int, str, int, int | None]], at: datetime) -> None:
    """Record what refused rows became.

    Args:
        connection: in the transaction that saved what they became.
        outcomes: (refused_row_id, `corrigee` or `rejouee`, delivery it is in now, contact, fiche or session).
        at: instant of the job.
    """
    names = ("refused_row_id", "outcome", "delivery_id", "row_id")
    if outcomes:
        connection.execute(
            insert(refused_row_outcomes), [dict(zip(names, one, strict=True)) | {"recorded_at": at} for one in outcomes]
        )
