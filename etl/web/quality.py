"""For data engineers: control totals, results of the expectations, refused rows by reason, freshness. No case, no person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Depends, HTTPException, Request, Response
from sqlalchemy import text

from etl import settings
from etl.model.quarter import civil_day
from etl.warehouse.query import Row, many
from etl.warehouse.server import connect
from etl.web.access import Visitor, visitor
from etl.web.render import page

PER_PAGE = 50
COLUMNS = """delivery_id, kind, origin, layout, received_on, received_how, status, rows_read, rows_accepted, rows_rejected,
    rows_duplicate, rows_ignored, recorded_at, failure"""
FRESH = """select kind, count(*) as n, max(received_on) as last_on, max(recorded_at) as recorded_at,
    count(*) filter (where status = 'failed') as failed, sum(rows_read) as rows_read, sum(rows_rejected) as rows_rejected
    from deliveries group by kind order by kind"""
SOURCES = """select kind, origin, count(*) filter (where status = 'received') as n, max(received_on) filter (where status = 'received') as last_on,
    sum(rows_read) as rows_read, sum(rows_rejected) as rows_rejected, count(*) filter (where status = 'failed') as failed
    from deliveries where status <> 'withdrawn' group by kind, origin order by kind desc, last_on nulls first, origin"""
REASONS = """select refused_rows.kind, code, count(*) as n, count(distinct deliveries.origin) as origins,
    count(*) filter (where outcome is null) as waiting, min(deliveries.received_on) as first_on, max(deliveries.received_on) as last_on
    from refused_rows cross join unnest(codes) as code
    join deliveries using (delivery_id) left join refused_row_outcomes using (refused_row_id)
    where deliveries.status <> 'withdrawn' group by 1, 2 order by waiting desc, n desc, 1, 2"""


def _rows(query: str, **given: object) -> list[Row]:
    with connect(settings.home(), role="desk") as engine, engine.connect() as connection:
        return many(connection, text(query).bindparams(**given))


def deliveries(request: Request, who: Visitor = Depends(visitor)) -> Response:
    """What was received, the last first, with its control totals."""
    state, kind = request.query_params.get("etat", ""), request.query_params.get("nature", "")
    asked = request.query_params.get("page", "1")
    wanted = {
        "state": state if state in {"received", "failed", "withdrawn"} else "",
        "kind": kind if kind in {"journal", "fiches"} else "",
    }
    where = "(:state = '' or status = :state) and (:kind = '' or kind = :kind)"
    total = _rows(f"select count(*) as n from deliveries where {where}", **wanted)[0]["n"]
    pages = max(1, -(-total // PER_PAGE))
    number = min(pages, max(1, int(asked) if asked.isdecimal() else 1))
    query = f"select {COLUMNS} from deliveries where {where} order by delivery_id desc limit {PER_PAGE} offset {PER_PAGE * (number - 1)}"
    return page(
        request, who, "deliveries.html",
        rows=_rows(query, **wanted), fresh=_rows(FRESH), sources=_rows(SOURCES), total=total, page=number, pages=pages, given=wanted,
        runs=request.app.state.runs(), today=civil_day(settings.now()),
    )  # fmt: skip


def delivery(request: Request, number: int, who: Visitor = Depends(visitor)) -> Response:
    """One delivery: its totals, and what each expectation found."""
    rows = _rows(f"select {COLUMNS} from deliveries where delivery_id = :number", number=number)
    if not rows:
        raise HTTPException(404, "Aucune livraison ne porte ce numéro.")
    checks = _rows(
        "select suite, success, result, recorded_at from delivery_checks where delivery_id = :number", number=number
    )
    return page(request, who, "delivery.html", row=rows[0], checks=[_told(one) for one in checks])


def _told(check: Mapping[str, Any]) -> dict[str, Any]:
    """A suite's result: the rules that refused something, and how many found nothing wrong."""
    rules = check["result"]["rules"]
    failing = sorted((rule for rule in rules if rule["refused"]), key=lambda rule: -rule["refused"])
    return {**check, "rows": check["result"]["rows"], "failing": failing, "passing": len(rules) - len(failing)}


def quarantine(request: Request, who: Visitor = Depends(visitor)) -> Response:
    """The refused rows, counted by reason: what they hold stays in the warehouse."""
    return page(request, who, "quarantine.html", rows=_rows(REASONS))
