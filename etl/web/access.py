"""Who is at the desk: the person whom Airflow's auth manager signed in, the role that the home gives them, what the role may ask."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import FormData

from etl import settings
from etl.model.text import key
from etl.web.matrix import BY_NAME, ROLES

MAPPING = "bureau.json"  # in the home: {"camille": "coordination"}; FAB's roles need no file
SIMPLE = "SimpleAuthManagerUser"
DEMONSTRATION = "demo.home"  # the mark of `etl.jobs.running.demonstration`
# Names that a role has in FAB, folded: the code or the French name.
NAMES = {key(name): code for code, label in ROLES.items() for name in (code, label)}


@dataclass(frozen=True)
class Visitor:
    """The person signed in.

    Attributes:
        name: the account's, which signs decisions and approvals.
        role: a key of `matrix.ROLES`.
    """

    name: str
    role: str

    def may(self, route: str) -> bool:
        """Whether a route answers this person."""
        return self.role in BY_NAME[route].roles


def authenticate() -> Any:  # noqa: ANN401 - Airflow's user, of whatever auth manager
    """Give the user; the plugin puts Airflow's own dependency in its place. Without it nobody is let in."""
    raise HTTPException(401)


def visitor(request: Request, user: Any = Depends(authenticate)) -> Visitor:  # noqa: ANN401
    """The person signed in, with a role at the desk.

    Raises:
        HTTPException: 403 without a role; 503 where demonstration accounts are used on real work.
    """
    home, simple = settings.home(), type(user).__name__ == SIMPLE
    request.state.simple = simple
    if simple and not (home / DEMONSTRATION).exists():
        raise HTTPException(503, "Les comptes de démonstration ne s’ouvrent pas sur des données réelles.")
    role = role_of(user, home)
    if role is None:
        raise HTTPException(403, "Votre compte n’a pas de rôle au bureau.")
    return Visitor(str(user.get_name()), role)


def role_of(user: Any, home: Path) -> str | None:  # noqa: ANN401
    """The role of a user: by FAB's roles, else by the home's mapping of accounts."""
    for one in getattr(user, "roles", None) or ():
        if role := NAMES.get(key(str(one.name))):
            return role
    given = _mapping(home / MAPPING).get(str(user.get_name()))
    return given if given in ROLES else None


def _mapping(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    read: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return read


def token(secret: bytes, who: Visitor) -> str:
    """What proves that a form was given by the desk to this person."""
    return hmac.new(secret, f"{who.name}\0{who.role}".encode(), hashlib.sha256).hexdigest()


async def sent(request: Request, who: Visitor = Depends(visitor)) -> FormData:
    """The fields of a form, once it is sure that the desk gave it to this person.

    Raises:
        HTTPException: 403: another site sends it, or its token is not this person's.
    """
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "Ce formulaire vient d’un autre site.")
    form = await request.form()
    if not hmac.compare_digest(str(form.get("jeton", "")), token(request.app.state.secret, who)):
        raise HTTPException(403, "Ce formulaire a expiré : revenez à la page, rechargez-la et recommencez.")
    return form
