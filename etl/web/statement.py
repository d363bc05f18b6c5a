"""One statement: its lines filtered, what changed since the draft before, its life, its documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import Depends, Request, Response

from etl import settings
from etl.engine.reasons import sentences
from etl.jobs.payment import pay
from etl.jobs.payment.payment_told import FOLLOWS
from etl.warehouse.drafts import load_draft, load_drafts, load_events, unpack
from etl.warehouse.payments import load_batches, load_items, load_payees
from etl.warehouse.query import Row
from etl.warehouse.reference import load_associations
from etl.warehouse.server import connect
from etl.warehouse.statements import load_statement_of, load_statements
from etl.web import papers, snapshot, statements
from etl.web.access import Visitor, visitor
from etl.web.fields import line as without_day
from etl.web.matrix import sees
from etl.web.render import PAYMENTS, STATUSES, page, query_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

PER_PAGE = 100
FILTERS = ("association", "prestation", "kind", "text")
DAYS = "date d’un entretien ou d’un premier contact"


def statement(
    request: Request, quarter: str, convention: str, digest: str, who: Visitor = Depends(visitor)
) -> Response:
    """The page of a draft or of the statement that finalised it."""
    with connect(settings.home(), role="desk") as engine, engine.connect() as connection:
        known = _known(connection, quarter, convention, digest)
    row, data, before = known["row"], unpack(known["row"]["statement"]), known["earlier"]
    return page(
        request, who, "statement.html",
        **known, **_lines(request, data["lines"], sees(who.role, DAYS)), data=data,
        rank=list(STATUSES).index(row["status"]), payees=known["stated_payees"] or data["payees"],
        unpaid=_unpaid(data["not_paid"]), before=before, changes=changes(unpack(before["statement"]), data) if before else None,
        refused=_refused(request, data["not_paid"], sees(who.role, DAYS)),
        documents=papers.offered(known["final"]), submitted_by=_submitter(known["events"]), sentences=sentences(),
        disputed=_disputed(row["convention"]), by_state=_by_state(known["stated_payees"]), answered=_answered(request),
        address=f"/releves/{row['quarter']}/{quote(convention)}/{row['digest']}",
    )  # fmt: skip


def _known(connection: Connection, quarter: str, convention: str, digest: str) -> dict[str, Any]:
    """What the warehouse holds of a statement: its draft, the one before, its life, its payees and their payments."""
    row = load_draft(connection, convention, quarter, digest)
    drafts, final = load_drafts(connection), load_statement_of(connection, row["draft_id"])
    before = _before([one for one in drafts if one["quarter"] == row["quarter"]], row)
    batches = load_batches(connection, final["statement_id"]) if final else []
    register = load_associations(connection)
    return {
        "row": row,
        "earlier": load_draft(connection, convention, row["quarter"], before["digest"]) if before else None,
        "events": load_events(connection, row["draft_id"]),
        "final": final,
        "stated_payees": load_payees(connection, final["statement_id"]) if final else [],
        "batches": batches,
        "under_way": {one["place"]: _under_way(connection, one) for one in batches},
        "past": {"cents": statements.before_cents(drafts, load_statements(connection), row)},
        "names": {one["code"]: one["nom"] for one in register},
        "held": pay.held(register) if final else {},
    }


def _under_way(connection: Connection, batch: Row) -> list[Row]:
    """The transfers of a batch that may still change by hand."""
    return [one for one in load_items(connection, batch["batch_id"]) if one["state"] in FOLLOWS]


def _lines(request: Request, lines: list[Row], days: bool) -> dict[str, Any]:
    """The page of lines that the address asks for, and what its filters offer."""
    given = {name: request.query_params.get(name, "")[:80] for name in (*FILTERS, "page")}
    found = [one for one in lines if _kept(one, given)]
    pages = max(1, -(-len(found) // PER_PAGE))
    number = min(pages, max(1, int(given["page"]) if given["page"].isdecimal() else 1))
    part = found[PER_PAGE * (number - 1) : PER_PAGE * number]
    return {
        "given": given, "days": days, "page": number, "pages": pages,
        "lines": [one if days else without_day(one) | {"saisine": one["saisine"]} for one in part],
        "found": len(found), "sum_cents": sum(one["amount_cents"] for one in found),
        "link": lambda other: "?" + query_of(given, page=other) + "#t-lignes",
        "values": {name: sorted({one[name] for one in lines}) for name in ("association", "prestation", "kind")},
    }  # fmt: skip


def _by_state(payees: Iterable[Row]) -> dict[str, dict[str, int]]:
    """How many payees are in each state of payment, and the cents they are to be paid."""
    found: dict[str, dict[str, int]] = {code: {"n": 0, "cents": 0} for code in PAYMENTS}
    for one in payees:
        found[one["state"]]["n"] += 1
        found[one["state"]]["cents"] += one["payable_cents"]
    return {code: sums for code, sums in found.items() if sums["n"]}


def _disputed(convention: str) -> int:
    query = "select count(distinct reference) as n from queue where code = 'DISPUTED' and convention = $convention"
    return int(snapshot.shown().snapshot.rows(query, {"convention": convention})[0]["n"])


def _answered(request: Request) -> dict[str, int] | None:
    """How many transfers the bank's answer just taken said paid, and returned."""
    given = [request.query_params.get(name, "") for name in ("payes", "rejetes")]
    if not all(one.isdecimal() and len(one) < 7 for one in given):
        return None
    return {"payes": int(given[0]), "rejetes": int(given[1])}


def _before(drafts: Iterable[Row], row: Row) -> Row | None:
    """The draft made just before of the same quarter and convention."""
    same = [one for one in drafts if one["convention"] == row["convention"] and one["draft_id"] < row["draft_id"]]
    return same[-1] if same else None


def _kept(line: Mapping[str, Any], given: Mapping[str, str]) -> bool:
    exact = all(given[name] in ("", line[name]) for name in ("association", "prestation", "kind"))
    return exact and given["text"].replace("-", "").upper() in line["saisine"].replace("-", "")


def _unpaid(acts: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """The acts not paid, counted by reason."""
    counts: dict[str, int] = {}
    for act in acts:
        counts[act["reason"]] = counts.get(act["reason"], 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _refused(request: Request, acts: Iterable[Mapping[str, Any]], days: bool) -> dict[str, Any] | None:
    """The acts not paid for the reason that the address names, at most a page of them; without their day for whoever may not see it."""
    reason = request.query_params.get("motif", "")[:60]
    found = [{**act, "act_date": act["act_date"] if days else None} for act in acts if act["reason"] == reason]
    return {"code": reason, "acts": found[:PER_PAGE], "total": len(found)} if found else None


def _submitter(events: Iterable[Row]) -> str:
    return next((str(one["by_name"]) for one in reversed(list(events)) if one["event"] == "soumis"), "")


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What each saisine and association gains or loses from one draft to the next, the largest first."""
    sums: dict[tuple[str, str], list[int]] = {}
    for place, data in enumerate((before, after)):
        for line in data["lines"]:
            sums.setdefault((line["saisine"], line["association"]), [0, 0])[place] += line["amount_cents"]
    found = [
        {"saisine": saisine, "association": association, "before_cents": old, "after_cents": new, "difference_cents": new - old}
        for (saisine, association), (old, new) in sums.items()
        if old != new
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-abs(one["difference_cents"]), one["saisine"]))
