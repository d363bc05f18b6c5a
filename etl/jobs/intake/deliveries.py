"""`saisines deliveries`: what was received, and taking one delivery back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from etl import settings
from etl.jobs import people
from etl.warehouse import deliveries, watch
from etl.warehouse.query import Row
from etl.warehouse.server import connect


def run_list(home: Path) -> list[Row]:
    """All deliveries in order of arrival, with their control totals and status."""
    with connect(home) as engine, engine.begin() as connection:
        return deliveries.load_deliveries(connection)


def withdraw(home: Path, delivery_id: int, by: str, reason: str, at: datetime) -> None:
    """Withdraw a delivery: its rows never counted, from the next run on. What finalised statements state stays.

    Raises:
        SaisinesError: no such delivery, already withdrawn, failed, or no reason.
    """
    by, reason = people.given(by), people.reason_given(reason)
    with connect(home, role="loader") as engine, engine.begin() as connection:
        deliveries.save_withdrawal(connection, delivery_id, by, reason, at)
        watch.save_act(connection, "withdraw_delivery", {"delivery_id": delivery_id}, by, settings.system_user(), at)
