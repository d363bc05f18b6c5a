"""The desk in a real browser: who is let in, what nobody can do, and how every page is used by anybody."""

import json
import re
from datetime import UTC, datetime

import httpx
import jwt
import pytest

from tests.browser.walks import open_cases, statement

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

PAGES = {
    "camille": ["/", "/ecarts", "/fiches", "/retours", "/soutiens-impossibles", "/releves"],
    "farida": ["/", "/releves", "/a-confirmer", "/baremes"],
    "nadia": ["/", "/livraisons", "/livraisons/1", "/quarantaine"],
    "paule": ["/", "/soutiens-impossibles"],
    "rene": ["/"],
}
SCRIPT = "<script>document.title='volé'</script>\"'><img src=x onerror=\"document.title='volé'\">"


def test_an_address_can_be_shared_and_the_back_button_gives_the_list_as_it_was_left(at):
    page, other = at("camille"), at("louis")
    page.goto("/bureau/ecarts?code=SESSIONS_UNDATED&sort=-age&state=tous")
    before = page.locator(".queue .ref a").all_inner_texts()
    page.locator(".queue .ref a").first.click()
    page.wait_for_url("**/saisines/**")
    page.go_back()
    assert page.locator(".queue .ref a").all_inner_texts() == before
    assert page.locator("select[name=code]").input_value() == "SESSIONS_UNDATED"
    other.goto(page.url)
    assert other.locator(".queue .ref a").all_inner_texts() == before


def test_a_page_is_gone_through_by_keyboard_alone(at):
    page = at("camille")
    page.goto("/bureau/ecarts")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none" or page.evaluate("document.activeElement.matches('.chips input')")
    assert {"code", "convention", "association", "age", "stake", "state", "text", "Filtrer"} <= reached


def test_cases_are_decided_one_after_the_other_by_keyboard_alone(at):
    page = at("louis")
    page.goto("/bureau/ecarts?code=SESSIONS_UNDATED&sort=association")
    wanted = page.locator(".queue .ref a").all_inner_texts()[1:4]
    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    for place, reference in enumerate(wanted):
        page.wait_for_url(f"**/saisines/{reference}")
        assert f"{place + 2} sur" in page.locator("[data-steps]").inner_text()
        page.keyboard.press("m")
        page.keyboard.type("Nombre vérifié")
        page.keyboard.press("Enter")
        page.wait_for_url("**fait=decide")
        page.keyboard.press("j")
    page.keyboard.press("u")
    page.wait_for_url("**/ecarts?code=SESSIONS_UNDATED&sort=association")
    assert page.locator(".queue tr:focus").count() == 1


def test_keys_of_one_letter_are_turned_off_by_whoever_does_not_want_them(at):
    page = at("louis")
    page.goto("/bureau/ecarts")
    page.get_by_role("button", name="Désactiver ces touches").click()
    page.reload()
    page.keyboard.press("j")
    assert page.locator(".queue tr:focus").count() == 0
    page.get_by_role("button", name="Activer ces touches").click()
    page.keyboard.press("j")
    assert page.locator(".queue tr:focus").count() == 1


def test_what_is_printed_is_the_document_and_not_its_buttons(at):
    page = at("farida")
    statement(page, "CALAE")
    page.emulate_media(media="print")
    assert not page.locator("nav, button").filter(visible=True).count()
    assert page.get_by_role("heading", name="CALAE").is_visible()


def test_without_a_session_nothing_is_answered(at, desk):
    page = at(None)
    page.goto("/bureau/releves")
    assert "/auth/login" in page.url
    from etl.web.matrix import ROUTES

    with httpx.Client(base_url=f"{desk.url}/bureau", trust_env=False, timeout=120) as client:
        for route in ROUTES:
            path = re.sub(r"\{\w+\}", "1", route.path)
            assert client.request(route.verb, path).status_code == 401, route.name


def test_an_expired_or_forged_session_goes_back_to_the_sign_in_page(at, desk):
    secret = json.loads((desk.home / "airflow" / "secrets.json").read_text())["jwt_secret"]
    told = jwt.decode(desk.cookie("camille"), options={"verify_signature": False})
    expired = jwt.encode({**told, "exp": int(datetime.now(UTC).timestamp()) - 60}, secret, algorithm="HS512")
    for session in (expired, jwt.encode(told, "another secret " * 8, algorithm="HS512")):
        page = at(None)
        page.context.add_cookies([{"name": "_token", "value": session, "url": desk.url}])
        page.goto("/bureau/ecarts")
        assert "/auth/login?next=" in page.url
        cookies = {"_token": session}
        answer = httpx.post(f"{desk.url}/bureau/actualiser", cookies=cookies, trust_env=False, timeout=120)
        assert answer.status_code == 401


def test_script_typed_in_any_field_is_shown_as_text(at, desk):
    page = at("camille")
    reference = open_cases(page, "MISSING_FICHE")[-1]
    page.goto(f"/bureau/saisines/{reference}")
    page.get_by_text("Requalifier, contester ou refuser la saisine").click()
    form = page.locator("form:has(input[value=dispute])")
    form.locator("input[name=reason]").fill(SCRIPT)
    form.get_by_role("button").click()
    page.wait_for_url("**fait=decide")
    assert page.get_by_text(SCRIPT).first.is_visible()
    for path in (
        "/ecarts?text=",
        "/ecarts?code=",
        "/ecarts?association=",
        "/retours?association=",
        "/fiches?page=",
        "/ecarts?sort=",
    ):
        page.goto(f"/bureau{path}{httpx.QueryParams({'x': SCRIPT})['x']}")
        assert "volé" not in page.title()
    with httpx.Client(
        base_url=f"{desk.url}/bureau", cookies={"_token": desk.cookie("camille")}, trust_env=False, timeout=120
    ) as client:
        for path in ("/ecarts", "/retours", "/saisines", "/fiches"):
            for field in ("text", "association", "code", "sort", "reference", "retour", "page"):
                assert SCRIPT not in client.get(path, params={field: SCRIPT}).text


@pytest.mark.parametrize("width", [360, 1280, 1920])
@pytest.mark.parametrize("name", PAGES)
def test_pages_are_accessible_light_and_fit_any_width(name, width, at):
    from axe_playwright_python.sync_playwright import Axe

    page = at(name, width)
    paths = list(PAGES[name])
    if name == "camille":
        paths.append(f"/saisines/{open_cases(page, 'MISSING_FICHE')[0]}")
        page.goto("/bureau/retours")
        paths.append("/retours" + page.locator('a[href^="?association"]').first.get_attribute("href"))
    if name in {"camille", "farida"}:
        paths.append(statement(page, "CALAE").partition("/bureau")[2])
        paths.append(statement(page, "AMF").partition("/bureau")[2])
    if name == "farida":
        paths.append(page.locator(".ref a").first.get_attribute("href").removeprefix("/bureau"))
    if name in {"camille", "paule"}:
        page.goto("/bureau/soutiens-impossibles")
        paths.append(page.locator(".ref a").first.get_attribute("href").removeprefix("/bureau"))
    paths.append("/nulle-part")
    for path in paths:
        answer = page.goto(f"/bureau{path}")
        assert answer is not None
        assert len(answer.body()) < 300_000, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page).response["violations"]
        assert not [(one["id"], one["nodes"][0]["html"][:200]) for one in found], path


def test_finance_is_shown_no_day_of_a_session_and_no_qualite(desk):
    def client(name: str) -> httpx.Client:
        return httpx.Client(
            base_url=f"{desk.url}/bureau", cookies={"_token": desk.cookie(name)}, trust_env=False, timeout=120
        )

    with client("camille") as coordination, client("farida") as finance:
        address = re.search(r"/bureau(/releves/2026-T1/ENSEIGNE/[0-9a-f]{64})", coordination.get("/releves").text)[1]
        data = coordination.get(f"{address}/releve.json").json()
        sessions = [line for line in data["lines"] if line["prestation"] in {"PSY", "JUR", "SOC"}][:40]
        for line in sessions:
            shown = finance.get(f"/saisines/{line['saisine']}").text
            year, month, day = line["act_date"].split("-")
            for written in (line["act_date"], f"{day}/{month}/{year}"):
                assert written not in re.sub(r"<footer.*", "", shown, flags=re.S)
            assert not re.search(r"\b(Élu|Proche|Agent|Salarié|Licencié)\b", shown)
        csv = finance.get(f"{address}/lignes.csv").text
        assert sessions[0]["saisine"] in csv
        rows = [line.split(";")[:8] for line in csv.splitlines()]  # the clause names the day it is from
        assert not re.search(r"\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4}", str(rows))
        edition = finance.get(f"{address}/releve.json").json()
        assert {line["act_date"] for line in [*edition["lines"], *edition["not_paid"]]} == {None}
        assert [line["amount_cents"] for line in edition["lines"]] == [line["amount_cents"] for line in data["lines"]]
