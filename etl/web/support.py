"""The supports that an association cannot give: how long they have waited, what the referent psychologist did of them."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, HTTPException, Request, Response
from starlette.datastructures import FormData

from etl import settings
from etl.jobs.matching import support as job
from etl.model.reference import parse
from etl.warehouse.query import Row
from etl.warehouse.server import connect
from etl.warehouse.supports import load_support_outcomes
from etl.web import snapshot
from etl.web.access import Visitor, sent, visitor
from etl.web.case import read
from etl.web.fields import for_psychologist
from etl.web.render import back, page

OPEN = (None, "en_cours")  # outcomes with which a saisine still waits
IMPOSSIBLE = """
    select queue.reference, queue.convention, queue.association, association.nom, queue.age_days, returned.received_on,
        date_diff('day', returned.received_on, $today::date) as waits_days,
        coalesce((select max(n) from (select count(*) as n from seizure where seizure.from_day > returned.received_on
            and seizure.saisine = saisine_case.saisine)), 0) > 0 as passed_on
    from queue join returned using (reference) join saisine_case using (reference)
        left join association on association.code = queue.association
    where queue.code = 'SUPPORT_IMPOSSIBLE' order by waits_days desc nulls last, reference"""


def impossible(request: Request, who: Visitor = Depends(visitor)) -> Response:
    """Those that wait, the longest first, then those that have an outcome."""
    shown = snapshot.shown()
    last = {row["reference"]: row for row in _outcomes()}
    rows = [row | {"outcome": last.get(row["reference"])} for row in _rows(shown.snapshot)]
    waiting = [row for row in rows if _waits(row)]
    return page(
        request, who, "impossible.html",
        shown=shown, waiting=waiting, done=[row for row in rows if not _waits(row)], outcomes=job.OUTCOMES,
    )  # fmt: skip


def _rows(made: snapshot.Snapshot) -> list[dict[str, Any]]:
    return made.rows(IMPOSSIBLE, {"today": made.day})


def _waits(row: dict[str, Any]) -> bool:
    """Whether somebody still has to act: neither another association nor an outcome that ends it."""
    return not row["passed_on"] and (row["outcome"] or {}).get("outcome") in OPEN


def _outcomes(reference: str | None = None) -> list[Row]:
    with connect(settings.home(), role="desk") as engine, engine.connect() as connection:
        return load_support_outcomes(connection, reference)


def _one(made: snapshot.Snapshot, reference: str) -> dict[str, Any]:
    """The row of a reference, in any writing.

    Raises:
        HTTPException: 404: no support of this saisine is impossible.
    """
    known = parse(reference)
    row = next((one for one in _rows(made) if one["reference"] == known), None)
    if row is None:
        raise HTTPException(404, "Aucun soutien impossible ne porte cette référence.")
    return row


def support(request: Request, reference: str, who: Visitor = Depends(visitor)) -> Response:
    """One of them, with what it takes to find it another support; each reading is written down."""
    shown = snapshot.shown()
    row = _one(shown.snapshot, reference)
    story, _ = read(row["reference"], who, shown)
    return page(
        request, who, "support.html",
        shown=shown, row=row, story=for_psychologist(story), history=_outcomes(row["reference"]), outcomes=job.OUTCOMES,
    )  # fmt: skip


def support_outcome(
    request: Request, reference: str, who: Visitor = Depends(visitor), form: FormData = Depends(sent)
) -> Response:
    """Write down what was done, in the name of the person signed in."""
    row = _one(snapshot.shown().snapshot, reference)
    outcome, reason = str(form.get("outcome", "")), str(form.get("reason", ""))
    job.run(settings.home(), row["reference"], outcome, reason, who.name, settings.system_user(), settings.now())
    return back(request, "/soutiens-impossibles", "suite")
