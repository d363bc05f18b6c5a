"""Fiches without a saisine, each with the saisines it may answer and the weight of every piece of evidence. A person decides."""

from __future__ import annotations

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from etl import settings
from etl.engine.proposals import Proposal
from etl.jobs.matching.shown import proposal_name
from etl.model.codes import QUALITE_NAMES
from etl.model.errors import SaisinesError
from etl.model.reference import parse
from etl.warehouse.decisions import load_decisions
from etl.warehouse.server import connect
from etl.web import deciding, snapshot
from etl.web.access import Visitor, sent, visitor
from etl.web.render import back, page

PER_PAGE = 20
PLACE = "select place from proposal where name = $name"
KINDS = ("confirm_match", "reject_match")
REGISTERED = ("reference", "day", "association", "convention", "qualite")


def orphans(request: Request, who: Visitor = Depends(visitor)) -> Response:
    """A page of fiches, those with the strongest candidate first."""
    shown = snapshot.shown()
    total = shown.snapshot.rows("select count(*) as n from proposal")[0]["n"]
    asked = request.query_params.get("page", "1")
    pages = max(1, -(-total // PER_PAGE))
    number = min(pages, max(1, int(asked) if asked.isdecimal() else 1))
    for row in shown.snapshot.rows(PLACE, {"name": request.query_params.get("fiche", "")}):
        number = row["place"] // PER_PAGE + 1
    bounds = {"low": PER_PAGE * (number - 1), "high": PER_PAGE * number}
    rows = shown.snapshot.proposals("place >= $low and place < $high", bounds)
    return page(
        request, who, "orphans.html",
        shown=shown, proposals=rows, total=total, page=number, pages=pages,
        seen=deciding.since(settings.home(), 0)[1], decided=_decided(shown.snapshot.last_decision),
        key=lambda one: proposal_name(one.association, one.written), lost=_lost,
        conventions=sorted(shown.snapshot.conventions.conventions), qualites=QUALITE_NAMES,
    )  # fmt: skip


def _lost(one: Proposal) -> str | None:
    """The saisine that the journal may have lost: what was written, if it is a right reference that nothing answers."""
    return parse(one.written) if one.how == "unknown" else None


def _decided(number: int) -> dict[tuple[str, str], str]:
    """Who decided on a fiche since the snapshot, by association and what it writes."""
    with connect(settings.home(), role="desk") as engine, engine.connect() as connection:
        rows = load_decisions(connection)
    return {
        (row["association"], row["written"]): row["author"]
        for row in rows
        if row["decision_id"] > number and row["kind"] in KINDS
    }


def decide_match(request: Request, who: Visitor = Depends(visitor), form: FormData = Depends(sent)) -> Response:
    """Confirm that what an association wrote is a saisine, or that it is not, or register the saisine that the journal lost."""
    kind = str(form.get("kind", ""))
    if kind not in (*KINDS, "register_saisine"):
        raise SaisinesError("Une fiche sans saisine se rapproche, s’écarte, ou fait rétablir une saisine.")
    names = ("reference", "association", "written") if kind in KINDS else REGISTERED
    given = {name: str(form.get(name, "")).strip() for name in names}
    deciding.record([given | {"kind": kind}], who, str(form.get("reason", "")), int(str(form.get("seen") or 0)))
    return back(request, "/fiches", "decide")
