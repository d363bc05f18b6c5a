"""What comes back: return rate and delays by association, the fiches still awaited, the supports declared impossible."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import Depends, HTTPException, Request, Response

from etl import settings
from etl.jobs import documents
from etl.jobs.inputs import default_cutoff
from etl.model.quarter import Quarter
from etl.web import snapshot
from etl.web.access import Visitor, visitor
from etl.web.overview import delays
from etl.web.overview import returns as returned_chart
from etl.web.render import page

if TYPE_CHECKING:
    from reports.reminder import Reminder

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

BY_ASSOCIATION = """
    select association, any_value(nom) as nom, count(*) as n, count(received_on) as back,
        median(return_days)::int as return_days, median(contact_days)::int as contact_days,
        count(*) filter (received_on is null and awaited_until >= $today) as awaited,
        max(date_diff('day', opened_on, $today::date)) filter (received_on is null and awaited_until >= $today) as oldest_days
    from returned left join association on association.code = association
    group by association order by {0}, association"""
SORTS = {
    "attendues": "awaited desc",
    "taux": "back / n",
    "retour": "return_days desc nulls last",
    "contact": "contact_days desc nulls last",
    "association": "association",
}
AWAITED = """
    select reference, convention, opened_on, awaited_until, date_diff('day', opened_on, $today::date) as age_days
    from returned where association = $association and received_on is null and awaited_until >= $today order by opened_on"""


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
        awaited=made.rows(AWAITED, today | {"association": chosen}) if chosen else [],
        reminder=_reminder(made, chosen) if chosen else None,
        drawn=[returned_chart(made), delays(made)],
    )  # fmt: skip


def reminder(association: str) -> Response:
    """The workbook of what an association still has to send, to join to a message."""
    made = _reminder(snapshot.shown().snapshot, association)
    if made is None:
        raise HTTPException(404, "Aucune fiche n’est attendue de cette association.")
    headers = {"Content-Disposition": f'attachment; filename="relance-{quote(association)}.xlsx"'}
    return Response(made.workbook, media_type=XLSX, headers=headers)


def _reminder(made: snapshot.Snapshot, association: str) -> Reminder | None:
    """The reminder of an association, as a document makes it; None when nothing is awaited."""
    from reports.reminder import render_reminder

    rows = made.rows(AWAITED, {"today": made.day, "association": association})
    named = next((row for row in made.computed.inputs.register if row["code"] == association), None) if rows else None
    if not rows or named is None:
        return None
    federation = documents.federation(settings.home())
    awaited = [
        {**row, "barred_on": row["awaited_until"], "cutoff": _cutoff(made, row["convention"])}
        for row in rows
        if row["convention"]
    ]
    return render_reminder(
        named,
        awaited,
        federation=federation["nom"],
        link="(classeur joint)",
        reply_to=federation.get("email") or "(votre adresse)",
        as_of=made.day,
    )


def _cutoff(made: snapshot.Snapshot, convention: str) -> date:
    """Until when a fiche counts for the convention's next statement."""
    quarter = Quarter.of(made.day)
    for one in (quarter.previous, quarter):
        day = default_cutoff(made.computed.inputs.conventions, convention, one)
        if day is not None and day >= made.day:
            return day
    return made.day
