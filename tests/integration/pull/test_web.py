"""An HTTP service in pages: cursor kept, cut, slow and lying answers, errors that pass, a list that turns in circles."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from etl.jobs.intake.pull import Taken
from etl.model.errors import AwayError, SaisinesError
from etl.scheduler.processes import free_port
from etl.sources.pull import item

from .conftest import Desk
from .given import fiche, journal
from .web_service import Service, cut, send

pytestmark = pytest.mark.long


@pytest.fixture
def service(desk: Desk) -> Iterator[Service]:
    """A service, and the connection to it."""
    made = Service()
    desk.connection("api", conn_type="http", host="127.0.0.1", port=made.port, login="moi", password="secret")
    yield made
    made.server.shutdown()
    made.server.server_close()


def declare(desk: Desk, **more: object) -> None:
    said: dict[str, object] = {"nom": "api", "type": "http", "porte": "journal", "connexion": "api"}
    said |= {"chemin": "/exports", "curseur": "after"} | more
    desk.declare("  - {" + ", ".join(f"{name}: {value}" for name, value in said.items()) + "}\n")


def names(desk: Desk) -> list[object]:
    return [row[1] for row in desk.received()]


def test_pages_are_followed_and_the_next_pass_starts_at_the_last(desk, service):
    for number in range(5):
        service.offer(f"{number}.csv", journal(number), page=number // 2)
    declare(desk)
    assert desk.pull("api") == Taken(received=5)
    assert ("plateforme", "0.csv", "2026-04-02", "source") in desk.received()
    service.offer("5.csv", journal(5), page=2)
    service.offer("6.csv", journal(6), page=3)
    service.asked.clear()
    assert desk.pull("api") == Taken(received=2)
    assert service.asked == ["/exports?after=2", "/files/5.csv", "/exports?after=3", "/files/6.csv"]


def test_pages_may_give_the_address_of_the_next(desk, service):
    service.cursors = False
    for number in range(3):
        service.offer(f"{number}.csv", journal(number), page=number)
    desk.declare("  - {nom: api, type: http, porte: journal, connexion: api, chemin: /exports}\n")
    assert desk.pull("api") == Taken(received=3)
    service.asked.clear()
    assert desk.pull("api") == Taken()
    assert service.asked == ["/exports?after=2"]


def test_a_cursor_that_the_service_forgot_starts_the_list_again(desk, service):
    for number in range(2):
        service.offer(f"{number}.csv", journal(number), page=number)
    declare(desk)
    desk.pull("api")
    service.wrong["/exports"] = [lambda request: send(request, b"", 410)]
    service.offer("2.csv", journal(2), page=0)
    assert desk.pull("api") == Taken(received=1)


def test_an_error_that_passes_is_tried_again_and_the_others_are_taken(desk, service):
    for number in range(3):
        service.offer(f"{number}.csv", journal(number))
    declare(desk)
    service.wrong["/exports"] = [lambda request: send(request, b"", 500)]
    with pytest.raises(AwayError, match="500"):
        desk.pull("api")
    service.wrong["/files/1.csv"] = [lambda request: send(request, b"", 404)]
    with pytest.raises(AwayError, match=r"1 élément\(s\)"):
        desk.pull("api")
    assert sorted(map(str, names(desk))) == ["0.csv", "2.csv"]
    assert desk.pull("api") == Taken(received=1)


def test_a_page_with_an_item_that_is_late_is_read_again(desk, service):
    service.offer("0.csv", journal(0), page=0)
    service.offer("1.csv", journal(1), page=1)
    service.wrong["/files/0.csv"] = [lambda request: send(request, b"", 404)]
    declare(desk)
    with pytest.raises(AwayError):
        desk.pull("api")
    assert desk.pull("api") == Taken(received=1)


@pytest.mark.parametrize("said", [{}, {"sha256": None}, {"sha256": None, "size": 28_000_000}])
def test_a_cut_half_way_lands_nothing(desk, service, said):
    content = journal(*range(5000))
    path = service.offer("0.csv", content, **said)
    service.wrong[path] = [cut(content)]
    declare(desk)
    with pytest.raises(AwayError):
        desk.pull("api")
    assert not (desk.home / "landing").exists()
    assert desk.received() == []


def test_a_length_that_lies_is_seen_by_the_size_or_the_digest_of_the_list(desk, service):
    content = journal(1, 2, 3)
    for name, said in (("size.csv", {"sha256": None, "size": len(content)}), ("sha.csv", {})):
        path = service.offer(name, content, **said)
        service.wrong[path] = [lambda request: send(request, content[:80], length=80)]
        declare(desk, nom=name[:-4])
        with pytest.raises(AwayError):
            desk.pull(name[:-4])
        assert name not in names(desk)


def test_a_file_whose_end_nobody_tells_is_not_taken(desk, service):
    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        request.wfile.write(journal(1))
        request.close_connection = True

    path = service.offer("0.csv", journal(1), sha256=None)
    service.wrong[path] = [endless] * 2
    declare(desk)
    with pytest.raises(AwayError):
        desk.pull("api")
    assert desk.received() == []


@pytest.mark.timeout(300)
def test_a_silent_service_is_left_after_a_while(desk, service):
    path, left = service.offer("0.csv", journal(1)), threading.Event()
    service.wrong[path] = [lambda request: left.wait(600)]
    declare(desk, delai=1)
    with pytest.raises(AwayError):
        desk.pull("api")
    left.set()


@pytest.mark.timeout(300)
def test_a_service_that_drips_is_left_after_a_while(desk, service, monkeypatch):
    content = journal(*range(5000))
    path = service.offer("0.csv", content)

    def drip(request: BaseHTTPRequestHandler) -> None:
        send(request, content[:10], length=len(content))
        for place in range(10, len(content)):
            request.wfile.write(content[place : place + 1])
            time.sleep(0.1)

    service.wrong[path] = [drip]
    declare(desk)
    monkeypatch.setattr(item, "PATIENCE_S", 1)
    with pytest.raises(AwayError, match="octets par seconde"):
        desk.pull("api")


def test_a_list_that_turns_in_circles_is_left(desk, service):
    service.offer("0.csv", journal(0))
    service.wrong["/exports"] = [
        lambda request: send(request, json.dumps({"files": service.pages[0], "next": "x"}).encode())
    ] * 9
    declare(desk)
    with pytest.raises(SaisinesError, match="tourne en rond") as refused:
        desk.pull("api")
    assert not isinstance(refused.value, AwayError)
    assert names(desk) == ["0.csv"]


def test_our_password_goes_to_no_other_server(desk, service):
    other = Service()
    other.files["/vole.csv"] = journal(9)
    service.offer("0.csv", journal(0), url=f"http://127.0.0.1:{other.port}/vole.csv")
    path = service.offer("1.csv", journal(1))

    def elsewhere(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", f"http://127.0.0.1:{other.port}/vole.csv")
        request.send_header("Content-Length", "0")
        request.end_headers()

    service.wrong[path] = [elsewhere]
    declare(desk)
    with pytest.raises(AwayError, match=r"2 élément\(s\)"):
        desk.pull("api")
    assert other.asked == []
    other.server.shutdown()


def test_what_is_too_large_is_held_without_its_bytes(desk, service, monkeypatch):
    service.offer("0.csv", journal(*range(5000)))
    monkeypatch.setattr(item.read_whole, "__defaults__", (10_000,))
    declare(desk)
    assert desk.pull("api") == Taken(held=1)
    assert desk.held()[0]["landed"] is None


def test_fiches_whose_association_the_service_says(desk, service):
    service.offer("a.xlsx", fiche(), association="AAV002")
    service.offer("b.xlsx", fiche("05/02/2026"))
    declare(desk, porte="fiches")
    assert desk.pull("api") == Taken(received=1, held=1)
    assert desk.received()[0][:2] == ("AAV002", "a.xlsx")


@pytest.mark.parametrize("page", [b"<html>", b"[1]", b'{"files": {}}', b'{"files": [{"name": "x"}]}'])
def test_a_list_that_is_not_the_one_declared_is_said(desk, service, page):
    service.wrong["/exports"] = [lambda request: send(request, page)]
    declare(desk)
    with pytest.raises(SaisinesError, match="la déclaration"):
        desk.pull("api")


def test_what_was_received_is_removed_only_when_told(desk, service):
    service.offer("0.csv", journal(0))
    declare(desk, supprimer="true")
    desk.pull("api")
    assert service.files
    assert desk.pull("api") == Taken()
    assert service.files == {}


def test_a_service_that_is_down_or_does_not_know_us(desk, service):
    declare(desk)
    service.wrong["/exports"] = [lambda request: send(request, b"", 401)]
    with pytest.raises(SaisinesError, match="401") as refused:
        desk.pull("api")
    assert not isinstance(refused.value, AwayError)
    desk.connection("api", conn_type="http", host="127.0.0.1", port=free_port())
    with pytest.raises(AwayError):
        desk.pull("api")
