"""Negative balances that no later statement can recover (rules §9, Payment)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from etl.model.calendar import add_months
from etl.model.convention_set import read_set
from etl.warehouse import reference

if TYPE_CHECKING:
    from sqlalchemy import Connection


def unrecoverable(
    connection: Connection, convention: str, cutoff: date, payees: Sequence[Mapping[str, Any]]
) -> list[tuple[str, int, str]]:
    """Say which balances carried out become orders to repay.

    Args:
        connection: in the transaction of the statement.
        convention: its code.
        cutoff: that of the statement.
        payees: with `payee` and `carried_out_cents`.

    Returns:
        (payee, cents to repay, why): the convention is past its run-off, or the payee is gone without successor.
    """
    owing = {str(one["payee"]): -int(one["carried_out_cents"]) for one in payees if one["carried_out_cents"] < 0}
    if not owing:
        return []
    if _is_over(connection, convention, cutoff):
        return [(payee, owed, "convention_terminee") for payee, owed in owing.items()]
    register = {row["code"]: row for row in reference.load_associations(connection)}
    gone = [payee for payee in owing if payee in register and _is_gone(register[payee], cutoff)]
    return [(payee, owing[payee], "association_disparue") for payee in gone]


def _is_over(connection: Connection, convention: str, cutoff: date) -> bool:
    found = read_set(reference.load_convention_files(connection)).conventions.get(convention)
    if found is None or found.periode.au is None:
        return False
    return add_months(found.periode.au, found.periode.suite_mois) < cutoff


def _is_gone(association: Mapping[str, Any], cutoff: date) -> bool:
    return association["active_au"] is not None and association["active_au"] < cutoff and not association["successeur"]
