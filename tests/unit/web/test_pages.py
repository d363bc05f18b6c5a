"""What pages answer when something is wrong, and what changed between two drafts."""

import pytest

from etl.web import access, deciding, snapshot, statement


def test_an_address_that_means_nothing_gives_a_page_and_a_defect_shows_nothing(home, written, monkeypatch):
    from fastapi.testclient import TestClient

    from etl.web import app as web
    from tests.unit.web.conftest import by_header

    app = web.create_app(b"x")
    app.dependency_overrides[access.authenticate] = by_header
    client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    assert client.get("/livraisons/abc", headers={"x-account": "nadia"}).status_code == 404
    monkeypatch.setattr(snapshot, "shown", lambda home=None: 1 / 0)
    answer = client.get("/ecarts", headers={"x-account": "camille"})
    assert answer.status_code == 500
    assert "division" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_refusal_leads_back_to_where_the_person_was_and_nowhere_else(desk):
    def refused(referer: str) -> str:
        return desk.get("/livraisons/abc", headers={"x-account": "nadia", "referer": referer}).text

    assert 'href="/livraisons?nature=fiches&amp;page=2"' in refused("http://testserver/livraisons?nature=fiches&page=2")
    assert "elsewhere" not in refused("http://elsewhere/livraisons")
    assert "elsewhere" not in refused("http://testserver//elsewhere/x")


def test_a_decision_taken_since_by_somebody_else_is_refused_on_the_same_saisine_only():
    newer = [{"author": "louis", "reference": "FV26-000123-W", "kind": "dispute", "reason": "vu"}]
    deciding._refuse_newer(newer, {"FV26-000124-U"})
    with pytest.raises(Exception, match=r"louis vient de décider de FV26-000123-W"):
        deciding._refuse_newer(newer, {"FV26-000123-W"})


def test_what_changed_between_two_drafts_is_by_saisine_the_largest_first():
    def line(saisine: str, cents: int) -> dict:
        return {"saisine": saisine, "association": "AAV001", "amount_cents": cents}

    before = {"lines": [line("A", 100), line("B", 500), line("C", 10)]}
    after = {"lines": [line("A", 100), line("A", 50), line("C", 10), line("D", 900)]}
    found = statement.changes(before, after)
    assert [(one["saisine"], one["difference_cents"]) for one in found] == [("D", 900), ("B", -500), ("A", 50)]
