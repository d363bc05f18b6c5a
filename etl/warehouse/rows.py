"""Accepted rows: contacts, fiches and sessions, written in bulk.

A row's key is delivery x 10^8 + its place among that delivery's rows, so that keys need no sequence, are known before
the write, and the rows of a delivery are a range of the primary key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.warehouse import arrow

if TYPE_CHECKING:
    import numpy
    import pyarrow as pa
    from sqlalchemy import Connection

ROWS_PER_DELIVERY = 10**8


def save_contacts(connection: Connection, contacts: pa.Table) -> int:
    """Write accepted journal rows of one or more deliveries; gives their number.

    Args:
        connection: in the transaction that saved their deliveries.
        contacts: `delivery_id` and the core's columns of `contact` but contact_id, received_on and sha256.
    """
    return arrow.copy(connection, "contacts", _keyed(contacts, "contact_id"))


def save_fiches(connection: Connection, fiches: pa.Table, sessions: pa.Table) -> tuple[int, int]:
    """Write accepted fiches and sessions of one or more deliveries; gives their numbers.

    Args:
        connection: in the transaction that saved their deliveries.
        fiches: `delivery_id`, `fiche_group` and the core's columns of `fiche` but its two keys and received_on.
        sessions: `delivery_id`, `fiche_group` and the core's columns of `session` but session_id, fiche_group_id.
            `fiche_group` numbers, from 0 within a delivery, the references as written; the same in both tables.
    """
    return (
        arrow.copy(connection, "fiches", _keyed(_grouped(fiches), "fiche_id")),
        arrow.copy(connection, "sessions", _keyed(_grouped(sessions), "session_id")),
    )


def _grouped(rows: pa.Table) -> pa.Table:
    group = _numbers(rows, "delivery_id") * ROWS_PER_DELIVERY + _numbers(rows, "fiche_group")
    return rows.drop_columns(["fiche_group"]).append_column("fiche_group_id", [_array(group)])


def _keyed(rows: pa.Table, key: str) -> pa.Table:
    delivery = _numbers(rows, "delivery_id")
    return rows.append_column(key, [_array(delivery * ROWS_PER_DELIVERY + _place(delivery))])


def _place(delivery: numpy.ndarray[Any, Any]) -> numpy.ndarray[Any, Any]:
    """The place of each row among those of its delivery, from 0, in the order given."""
    import numpy

    order = numpy.argsort(delivery, kind="stable")
    ranked = delivery[order]
    first = numpy.searchsorted(ranked, ranked)
    place = numpy.empty(len(delivery), dtype="int64")
    place[order] = numpy.arange(len(delivery)) - first
    return place


def _numbers(rows: pa.Table, column: str) -> numpy.ndarray[Any, Any]:
    return rows.column(column).combine_chunks().to_numpy(zero_copy_only=False).astype("int64")  # type: ignore[no-any-return]


def _array(values: numpy.ndarray[Any, Any]) -> pa.Array:
    import pyarrow

    return pyarrow.array(values, type=pyarrow.int64())
