"""Nobody is answered without a sign-in, nobody beyond their role, and no write without the desk's own form."""

import re
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from etl.web import access, matrix
from etl.web.app import create_app
from etl.web.matrix import BY_NAME, ROLES, ROUTES
from tests.unit.web.conftest import PEOPLE

HTML = {"accept": "text/html"}
GIVEN = {
    "quarter": "2026-T1", "convention": "CALAE", "digest": "0" * 64, "document": "lignes.csv", "reference": "FV26-000123-W",
    "number": "1", "name": "bureau.css", "place": "1", "association": "AAV001",
    "rest:path": "nulle/part",
}  # fmt: skip


def address(route: matrix.Route) -> str:
    return re.sub(r"\{([\w:]+)\}", lambda found: GIVEN[found[1]], route.path)


def test_the_app_has_the_routes_of_the_matrix_and_no_other():
    served = {(route.name, *sorted(route.methods), route.path) for route in create_app(b"x").routes}
    assert served == {(route.name, route.verb, route.path) for route in ROUTES}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_an_anonymous_caller_is_answered_by_no_route(route, stubbed):
    answer = stubbed.request(route.verb, address(route))
    assert answer.status_code == 401
    assert "ok" not in answer.text


@pytest.mark.parametrize("route", [one for one in ROUTES if one.verb == "GET"], ids=lambda route: route.name)
def test_a_browser_without_a_session_is_sent_to_sign_in_and_back(route, stubbed):
    answer = stubbed.get(address(route), headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/auth/login?next={address(route)}")
    assert answer.text == ""


@pytest.mark.parametrize("account", PEOPLE)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_role_is_answered_by_the_routes_that_the_matrix_gives_it_and_refused_by_the_others(account, route, stubbed):
    answer = stubbed.request(route.verb, address(route), headers={"x-account": account})
    assert answer.status_code == (200 if PEOPLE[account] in route.roles else 403)


def test_an_account_without_a_role_is_refused_everywhere(stubbed):
    for route in ROUTES:
        assert stubbed.request(route.verb, address(route), headers={"x-account": "inconnu"}).status_code == 403


@pytest.mark.parametrize("route", [one for one in ROUTES if one.verb == "POST"], ids=lambda route: route.name)
def test_a_write_is_refused_without_the_token_of_the_person_who_sends_it(route, desk):
    account = next(name for name, role in PEOPLE.items() if role in route.roles)
    stranger = access.token(b"secret of the tests", access.Visitor("someone else", route.roles[0]))
    for data in ({}, {"jeton": "0"}, {"jeton": stranger}):
        answer = desk.post(address(route), data=data, headers={"x-account": account})
        assert answer.status_code == 403
        assert "formulaire" in answer.text


@pytest.mark.parametrize("route", [one for one in ROUTES if one.verb == "POST"], ids=lambda route: route.name)
def test_a_write_from_another_site_is_refused_even_with_the_token(route, desk):
    account = next(name for name, role in PEOPLE.items() if role in route.roles)
    token = access.token(b"secret of the tests", access.Visitor(account, PEOPLE[account]))
    answer = desk.post(
        address(route), data={"jeton": token}, headers={"x-account": account, "origin": "https://evil.example"}
    )
    assert answer.status_code == 403


def test_every_write_is_written_down_whether_taken_or_refused(stubbed, written):
    for route in (one for one in ROUTES if one.verb == "POST"):
        stubbed.post(address(route), headers={"x-account": "camille"})
    expected = [200 if "coordination" in one.roles else 403 for one in ROUTES if one.verb == "POST"]
    assert written == [("camille", status) for status in expected]


def test_every_answer_forbids_scripts_of_others_frames_of_others_and_caches(stubbed):
    for headers in ({}, {"x-account": "camille"}):
        answer = stubbed.get("/ecarts", headers=headers)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'self'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_no_template_has_a_script_a_style_or_a_handler_inside():
    for path in Path(access.__file__).with_name("templates").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son[a-z]+=|\|\s*safe|https?://", text), path.name


def test_the_simple_accounts_do_not_open_a_home_of_real_work(home):
    class SimpleAuthManagerUser:
        def get_name(self) -> str:
            return "camille"

    class Request:
        class state:  # noqa: N801
            pass

    with pytest.raises(access.HTTPException) as refused:
        access.visitor(Request, SimpleAuthManagerUser())
    assert refused.value.status_code == 503
    (home / "demo.home").touch()
    assert access.visitor(Request, SimpleAuthManagerUser()).role == "coordination"


FAB = [
    ("Coordination", "coordination"),
    ("Finance", "finance"),
    ("Données", "data"),
    ("Lecture", "reader"),
    ("Psychologue référent", "psychologue"),
    ("psychologue", "psychologue"),
    ("Admin", None),
]


@pytest.mark.parametrize(("name", "role"), FAB)
def test_a_role_of_fab_gives_the_role_of_the_desk(name, role, home):
    class Role:
        pass

    class User:
        roles = (Role(),)

        def get_name(self) -> str:
            return "somebody"

    User.roles[0].name = name
    assert access.role_of(User(), home) == role


def test_without_airflow_nobody_is_let_in(home):
    from fastapi.testclient import TestClient

    client = TestClient(create_app(b"x"))
    assert {client.request(route.verb, address(route)).status_code for route in ROUTES} == {401}


def test_the_plugin_hands_the_sign_in_to_airflow():
    from airflow.api_fastapi.core_api.security import get_user

    from etl.web import plugin

    assert plugin.app.dependency_overrides[access.authenticate] is get_user
    assert [view["href"] for view in plugin.Desk.external_views] == ["/bureau/"]


def test_the_matrix_of_the_documentation_is_that_of_the_code():
    page = Path(__file__).parents[3] / "docs" / "bureau.md"
    assert matrix.page() in page.read_text(encoding="utf-8")


def test_every_route_of_the_app_is_behind_the_visitor():
    for route in create_app(b"x").routes:
        assert isinstance(route, APIRoute)
        assert access.visitor in {dependency.call for dependency in route.dependant.dependencies}
    assert set(BY_NAME) == {route.name for route in ROUTES}
    assert all(set(route.roles) <= set(ROLES) for route in ROUTES)
