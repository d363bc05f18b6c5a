"""The life of a statement at the desk: each step is signed by the person signed in, never by a name that a form gives."""

from __future__ import annotations

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from etl import settings
from etl.jobs import draft, statement_life
from etl.web import snapshot
from etl.web.access import Visitor, sent, visitor
from etl.web.render import back


def submit(
    request: Request,
    quarter: str,
    convention: str,
    digest: str,
    who: Visitor = Depends(visitor),
    form: FormData = Depends(sent),
) -> Response:
    """Hand the draft over to finance."""
    statement_life.submit(settings.home(), quarter, convention, digest, who.name, settings.now(), desk=True)
    return back(request, f"/releves/{quarter}/{convention}/{digest}", "soumis")


def approve(
    request: Request,
    quarter: str,
    convention: str,
    digest: str,
    who: Visitor = Depends(visitor),
    form: FormData = Depends(sent),
) -> Response:
    """Agree, as another person than the one who submitted."""
    statement_life.approve(settings.home(), quarter, convention, digest, who.name, settings.now(), desk=True)
    return back(request, f"/releves/{quarter}/{convention}/{digest}", "approuve")


def reject(
    request: Request,
    quarter: str,
    convention: str,
    digest: str,
    who: Visitor = Depends(visitor),
    form: FormData = Depends(sent),
) -> Response:
    """Send it back, saying why."""
    reason = str(form.get("reason", ""))
    statement_life.reject(settings.home(), quarter, convention, digest, who.name, reason, settings.now(), desk=True)
    return back(request, f"/releves/{quarter}/{convention}/{digest}", "rejete")


def finalise(
    request: Request,
    quarter: str,
    convention: str,
    digest: str,
    who: Visitor = Depends(visitor),
    form: FormData = Depends(sent),
) -> Response:
    """Give it its number, for ever."""
    home, at = settings.home(), settings.now()
    statement_life.finalise(home, quarter, convention, digest, who.name, at, draft.recompute, desk=True)
    snapshot.shown(home)
    return back(request, f"/releves/{quarter}/{convention}/{digest}", "finalise")
