"""What comes back: return rate and delays by association, the fiches still awaited and when each association was last reminded."""

from __future__ import annotations

from datetime import date

from fastapi import Depends, Request, Response

from etl import settings
from etl.warehouse.issued import load_last_reminders
from etl.warehouse.server import connect
from etl.web import reminding, snapshot
from etl.web.access import Visitor, visitor
from etl.web.overview import delays
from etl.web.overview import returns as returned_chart
from etl.web.render import page

BY_ASSOCIATION = """
    select association, any_value(nom) as nom, count(*) as n, count(received_on) as back,
        median(return_days)::int as return_days, median(contact_days)::int as contact_days,
        count(*) filter (awaited) as awaited,
        max(date_diff('day', opened_on, $today::date)) filter (awaited) as oldest_days
    from returned left join association on association.code = association
    group by association order by {0}, association"""
SORTS = {
    "attendues": "awaited desc",
    "taux": "back / n",
    "retour": "return_days desc nulls last",
    "contact": "contact_days desc nulls last",
    "association": "association",
}


def returns(request: Request, who: Visitor = Depends(visitor)) -> Response:
    """By association, or what one association still has to send."""
    shown = snapshot.shown()
    made, chosen = shown.snapshot, request.query_params.get("association", "")
    sort = request.query_params.get("tri", "attendues")
    sort = sort if sort in SORTS else "attendues"
    today = {"today": made.day}
    query = BY_ASSOCIATION.format(SORTS[sort])
    return page(
        request, who, "returns.html",
        shown=shown, rows=made.rows(query, today), sort=sort, chosen=chosen,
        awaited=made.rows(reminding.AWAITED, today | {"association": chosen}) if chosen else [],
        reminder=reminding.preview(made, chosen) if chosen else None, last=_reminded(),
        drawn=[returned_chart(made), delays(made)],
    )  # fmt: skip


def _reminded() -> dict[str, date]:
    """The day of the last reminder of each association."""
    with connect(settings.home(), role="desk") as engine, engine.connect() as connection:
        return load_last_reminders(connection)
