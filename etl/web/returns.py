"""What comes back: return rate and delays by association, the fiches still awaited, the supports declared impossible."""

from __future__ import annotations

from fastapi import Depends, Request, Response

from etl.web import snapshot
from etl.web.access import Visitor, visitor
from etl.web.overview import delays
from etl.web.overview import returns as returned_chart
from etl.web.render import page

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
IMPOSSIBLE = """
    select queue.reference, queue.convention, queue.association, queue.age_days, returned.received_on,
        date_diff('day', returned.received_on, $today::date) as waits_days,
        coalesce((select max(n) from (select count(*) as n from seizure where seizure.from_day > returned.received_on
            and seizure.saisine = saisine_case.saisine)), 0) > 0 as passed_on
    from queue join returned using (reference) join saisine_case using (reference)
    where queue.code = 'SUPPORT_IMPOSSIBLE' order by passed_on, waits_days desc nulls last"""


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
        drawn=[returned_chart(made), delays(made)],
    )  # fmt: skip


def impossible(request: Request, who: Visitor = Depends(visitor)) -> Response:
    """The supports that an association cannot give, the longest waiting first: for the referent psychologist."""
    shown = snapshot.shown()
    return page(
        request,
        who,
        "impossible.html",
        shown=shown,
        rows=shown.snapshot.rows(IMPOSSIBLE, {"today": shown.snapshot.day}),
    )
