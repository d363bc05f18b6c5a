"""The life of a statement at the desk: each step is signed by the person signed in, never by a name that a form gives."""

from __future__ import annotations

from fastapi import Depends, Response

from etl import settings
from etl.jobs.settlement import draft, statement_life
from etl.web import snapshot
from etl.web.asked import Asked, asked


def submit(asked: Asked = Depends(asked)) -> Response:
    """Hand the draft over to finance."""
    statement_life.submit(settings.home(), *asked.key, asked.who.name, settings.now(), desk=True)
    return asked.back("soumis")


def approve(asked: Asked = Depends(asked)) -> Response:
    """Agree, as another person than the one who submitted."""
    statement_life.approve(settings.home(), *asked.key, asked.who.name, settings.now(), desk=True)
    return asked.back("approuve")


def reject(asked: Asked = Depends(asked)) -> Response:
    """Send it back, saying why."""
    reason = asked.field("reason")
    statement_life.reject(settings.home(), *asked.key, asked.who.name, reason, settings.now(), desk=True)
    return asked.back("rejete")


def finalise(asked: Asked = Depends(asked)) -> Response:
    """Give it its number, for ever."""
    home, at = settings.home(), settings.now()
    done = statement_life.finalise(home, *asked.key, asked.who.name, at, draft.recompute, desk=True)
    snapshot.shown(home)
    return asked.back("rejete" if done.number is None else "finalise")
