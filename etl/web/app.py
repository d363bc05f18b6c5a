"""The desk as one FastAPI app: its routes are those of `matrix`, each behind a sign-in and a role."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from etl import settings
from etl.model.errors import ManyErrors, SaisinesError
from etl.web.access import Visitor, visitor
from etl.web.matrix import ROUTES, Route
from etl.web.render import own_path, page

# The module of each route's function: etl/web/<module>.py.
FUNCTIONS = {
    "overview": "overview",
    "queue": "queue decide_many refresh",
    "case": "case find_case decide_one",
    "orphans": "orphans decide_match",
    "returns": "returns",
    "reminding": "reminder remind remind_all",
    "support": "impossible support support_outcome",
    "statements": "statements make_drafts",
    "statement": "statement",
    "papers": "document",
    "steps": "submit approve reject finalise",
    "paying": "pay transfers bank_answer told_by_hand paid_apart",
    "confirm": "to_confirm confirm_bank",
    "tariffs": "tariffs try_tariff propose_files apply_files",
    "quality": "deliveries delivery quarantine",
}
MODULES = {name: module for module, names in FUNCTIONS.items() for name in names.split()}
STATIC = Path(__file__).parent / "static"
SIGN_IN = "/auth/login"
FORGED = "Invalid JWT token"  # Airflow's word for a session that it did not sign
SESSION = "_token"  # Airflow's cookie
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}

Answer = Callable[[Request], Awaitable[Response]]


def create_app(secret: bytes | None = None) -> FastAPI:
    """The desk; who signs in is decided by whoever overrides `access.authenticate`.

    Args:
        secret: signs the tokens of forms; the same for all processes that serve one desk.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(visitor)])
    app.state.secret = secret or secrets.token_bytes(32)
    app.state.runs = list
    for route in ROUTES:
        app.add_api_route(
            route.path,
            _function(route),
            methods=[route.verb],
            name=route.name,
            dependencies=[Depends(_allowed(route))],
            response_model=None,
        )
    app.middleware("http")(_guarded)
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(SaisinesError, _impossible)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(Exception, _failed)
    return app


def _function(route: Route) -> Callable[..., Any]:
    if route.name in OWN:
        return OWN[route.name]
    made: Callable[..., Any] = getattr(import_module(f"etl.web.{MODULES[route.name]}"), route.name)
    return made


def _allowed(route: Route) -> Callable[..., None]:
    """Refuse whoever has no role for the route; write down who writes."""

    def allowed(request: Request, who: Visitor = Depends(visitor)) -> None:
        request.state.who = who
        if who.role not in route.roles:
            raise HTTPException(403, "Cette page n’est pas de votre rôle.")

    return allowed


def asset(name: str) -> FileResponse:
    """A style sheet or a script of ours."""
    path = STATIC / name
    if path.parent != STATIC or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, headers={"Cache-Control": "private, max-age=3600"})


def nowhere(rest: str) -> Response:
    """Any other address, told to whoever is signed in."""
    raise HTTPException(404, "Cette page n’existe pas : revenez à la vue d’ensemble.")


OWN: dict[str, Callable[..., Response]] = {"asset": asset, "nowhere": nowhere}


async def _guarded(request: Request, answer: Answer) -> Response:
    """Security headers on every answer; one line of the access log for every write."""
    response = await answer(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    _sealed(request, response)
    who = getattr(request.state, "who", None)
    if request.method != "GET" and who is not None:
        from starlette.concurrency import run_in_threadpool

        await run_in_threadpool(_written_down, request, who, response.status_code)
    return response


def _sealed(request: Request, response: Response) -> None:
    """Put the demonstration's session out of reach of scripts: the simple auth manager's own page sets it without HttpOnly."""
    session = request.cookies.get(SESSION)
    if session and getattr(request.state, "simple", False):
        secure = request.url.scheme == "https"
        response.set_cookie(SESSION, session, httponly=True, samesite="lax", secure=secure, path="/")


def _written_down(request: Request, who: Visitor, status: int) -> None:
    """A write at the desk, whether it was taken or refused: who, what route, how it ended; no reference, no person helped."""
    from etl.warehouse.server import connect
    from etl.warehouse.watch import save_act

    route = request.scope.get("route")
    detail = {"route": getattr(route, "name", None), "role": who.role, "status": status}
    with connect(settings.home(), role="desk") as engine, engine.begin() as connection:
        save_act(connection, "bureau", detail, who.name, settings.system_user(), settings.now())


async def _refused(request: Request, error: Exception) -> Response:
    """401: to the sign-in, and back here after it. Everything else: a page that says why."""
    assert isinstance(error, StarletteHTTPException)
    if error.status_code == 401 or error.detail == FORGED:
        return _sign_in(request)
    who = getattr(request.state, "who", None)
    told = error.detail if error.detail != "Not Found" else "Cette page n’existe pas."
    if who is None:
        return PlainTextResponse(str(told), error.status_code)
    return _told(request, who, error.status_code, [told], "Refusé")


def _sign_in(request: Request) -> Response:
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(f"{SIGN_IN}?next={request.url.path}", 303)
    return PlainTextResponse("Votre session est terminée : reconnectez-vous, puis recommencez.", 401)


async def _impossible(request: Request, error: Exception) -> Response:
    """What the job refuses, in its own words."""
    told = list(error.errors) if isinstance(error, ManyErrors) else [str(error)]
    who: Visitor = request.state.who
    return _told(request, who, 409, told, "Ce n’est pas possible")


def _told(request: Request, who: Visitor, status: int, errors: list[str], title: str) -> Response:
    """The page that says why not, and leads back to where the person was."""
    before = urlsplit(request.headers.get("referer", ""))
    before_path = own_path(request, f"{before.path}?{before.query}".rstrip("?"), "/")
    return page(request, who, "refus.html", status=status, errors=errors, title=title, before=before_path)


async def _unreadable(request: Request, error: Exception) -> Response:
    """An address whose parts are not what the route takes."""
    return await _refused(request, StarletteHTTPException(404))


async def _failed(request: Request, error: Exception) -> Response:
    """A defect of ours: nothing of it is shown; the server's log has it."""
    return PlainTextResponse("Le bureau a rencontré une erreur ; elle est dans le journal du serveur.", 500, HEADERS)
