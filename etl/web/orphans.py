"""Fiches without a saisine, each with the saisines it may answer and the weight of every piece of evidence. A person decides."""

from __future__ import annotations

from hashlib import md5

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from etl import settings
from etl.engine.proposals import Proposal
from etl.model.codes import QUALITE_NAMES
from etl.model.errors import SaisinesError
from etl.model.reference import compact, parse
from etl.warehouse.decisions import load_decisions
from etl.warehouse.server import connect
from etl.web import deciding, snapshot
from etl.web.access import Visitor, sent, visitor
from etl.web.render import back, page

PER_PAGE = 20
KINDS = ("confirm_match", "reject_match")
REGISTERED = ("reference", "day", "association", "convention", "qualite")


def orphans(request: Request, who: Visitor = Depends(visitor)) -> Response:
    """A page of fiches, those with the strongest candidate first."""
    shown = snapshot.shown()
    found = shown.snapshot.proposals()
    asked = request.query_params.get("page", "1")
    pages = max(1, -(-len(found) // PER_PAGE))
    number = min(pages, max(1, int(asked) if asked.isdecimal() else 1))
    wanted = request.query_params.get("fiche")
    if wanted:
        number = next((place // PER_PAGE + 1 for place, one in enumerate(found) if _key(one) == wanted), number)
    rows = found[PER_PAGE * (number - 1) : PER_PAGE * number]
    return page(
        request, who, "orphans.html",
        shown=shown, proposals=rows, total=len(found), page=number, pages=pages,
        seen=deciding.since(settings.home(), 0)[1], decided=_decided(shown.snapshot.last_decision),
        key=_key, lost=_lost, conventions=sorted(shown.snapshot.computed.inputs.conventions.conventions), qualites=QUALITE_NAMES,
    )  # fmt: skip


def _key(one: Proposal) -> str:
    """What names a fiche in addresses: of its sender and what it writes."""
    return md5(f"{one.association}|{compact(one.written)}".encode(), usedforsecurity=False).hexdigest()[:12]


def _lost(one: Proposal) -> str | None:
    """The saisine that the journal may have lost: what was written, if it is a right reference that nothing answers."""
    return parse(one.written) if one.how == "unknown" else None


def _decided(number: int) -> dict[tuple[str, str], str]:
    """Who decided on a fiche since the snapshot, by association and what it writes."""
    with connect(settings.home()) as engine, engine.connect() as connection:
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
