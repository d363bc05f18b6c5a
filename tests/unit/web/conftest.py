"""A desk whose sign-in is a header, so that who asks can be chosen; nothing behind it."""

from collections.abc import Iterator

import pytest
from fastapi import HTTPException, Request
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient

from etl.web import app as web
from etl.web import deciding, snapshot
from etl.web.access import authenticate
from etl.web.snapshot import Shown
from tests.unit.web.queues import made

PEOPLE = {"camille": "coordination", "farida": "finance", "nadia": "data", "rene": "reader", "paule": "psychologue"}


class Account:
    """What an auth manager gives."""

    def __init__(self, name: str) -> None:
        self.name = name

    def get_name(self) -> str:
        return self.name


def by_header(request: Request) -> Account:
    if "x-account" not in request.headers:
        raise HTTPException(401, "Not authenticated")
    return Account(request.headers["x-account"])


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SAISINES_HOME", str(tmp_path))
    text = ", ".join(f'"{name}": "{role}"' for name, role in PEOPLE.items())
    (tmp_path / "bureau.json").write_text("{" + text + "}")
    return tmp_path


def client_of(app) -> TestClient:
    app.dependency_overrides[authenticate] = by_header
    return TestClient(app, follow_redirects=False, raise_server_exceptions=True)


@pytest.fixture
def written(monkeypatch) -> list[tuple[str, int]]:
    """The access log: who, how it ended."""
    kept: list[tuple[str, int]] = []
    monkeypatch.setattr(web, "_written_down", lambda request, who, status: kept.append((who.name, status)))
    return kept


@pytest.fixture
def stubbed(home, written, monkeypatch) -> Iterator[TestClient]:
    """Every route answers `ok` to whoever its sign-in and its role let through."""
    monkeypatch.setattr(web, "_function", lambda route: lambda: PlainTextResponse("ok"))
    with client_of(web.create_app(b"secret of the tests")) as client:
        yield client


@pytest.fixture
def desk(home, written) -> Iterator[TestClient]:
    """The desk's own functions."""
    with client_of(web.create_app(b"secret of the tests")) as client:
        yield client


@pytest.fixture
def queue_of(monkeypatch):
    def with_rows(rows: int) -> None:
        kept = Shown(made(rows), False)
        monkeypatch.setattr(snapshot, "shown", lambda home=None: kept)
        monkeypatch.setattr(deciding, "since", lambda home, number: ({}, 0))

    return with_rows
