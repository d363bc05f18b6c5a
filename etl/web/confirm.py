"""What waits for a second person: bank details that changed, convention files that somebody proposed."""

from __future__ import annotations

from fastapi import Depends, Request, Response
from sqlalchemy import select
from starlette.datastructures import FormData

from etl import settings
from etl.jobs import people
from etl.warehouse import reference, watch
from etl.warehouse.query import Row, many
from etl.warehouse.server import connect
from etl.warehouse.tables import bank_details
from etl.web.access import Visitor, sent, visitor
from etl.web.render import back, page


def to_confirm(request: Request, who: Visitor = Depends(visitor)) -> Response:
    """Bank details and convention files that wait."""
    with connect(settings.home(), role="desk") as engine, engine.connect() as connection:
        waiting = [row for row in reference.load_associations(connection) if row["bank_waits"]]
        known = {row["bank_details_id"]: row for row in many(connection, select(bank_details))}
        pending = reference.load_pending_set(connection)
    return page(
        request,
        who,
        "to_confirm.html",
        waiting=[_compared(row, known) for row in waiting],
        pending=pending,
    )


def _compared(row: Row, known: dict[int, Row]) -> Row:
    """The details of an association, those before and who loaded the new ones."""
    last = max(
        (one for one in known.values() if one["association"] == row["code"]), key=lambda one: one["bank_details_id"]
    )
    return {
        **row,
        "before": known.get(last["replaces_id"]),
        "loaded_by": last["loaded_by"],
        "loaded_at": last["loaded_at"],
    }


def confirm_bank(request: Request, who: Visitor = Depends(visitor), form: FormData = Depends(sent)) -> Response:
    """Confirm new bank details, as another person than the one who loaded them, saying how they were checked."""
    association, at = str(form.get("association", "")), settings.now()
    how = people.reason_given(str(form.get("reason", "")))
    with connect(settings.home(), role="desk") as engine, engine.begin() as connection:
        reference.lock_reference(connection)
        reference.save_bank_confirmation(connection, association, who.name, how, at)
        detail = {"association": association}
        watch.save_act(connection, "bank_confirm", detail, who.name, settings.system_user(), at)
    return back(request, "/a-confirmer", "confirme")
