"""The desk in a real browser over a real Airflow: what a coordinator and finance do in an hour, and what nobody can do."""

import json
import re
from datetime import UTC, datetime

import httpx
import jwt
import pytest

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

PAGES = {
    "camille": ["/", "/ecarts", "/fiches", "/retours", "/soutiens-impossibles", "/releves"],
    "farida": ["/", "/releves", "/a-confirmer", "/baremes"],
    "nadia": ["/", "/livraisons", "/livraisons/1", "/quarantaine"],
    "paule": ["/", "/soutiens-impossibles"],
    "rene": ["/"],
}
SCRIPT = "<script>document.title='volé'</script>\"'><img src=x onerror=\"document.title='volé'\">"


def statement(page, convention: str) -> str:
    """Go to the statement of a convention; gives its address."""
    page.goto("/bureau/releves")
    page.get_by_role("link", name=convention, exact=True).first.click()
    page.wait_for_url(re.compile("/releves/2026-T1/"))
    return page.url


def open_cases(page, code: str) -> list[str]:
    page.goto(f"/bureau/ecarts?code={code}&state=ouvert")
    return page.locator(".queue .ref a").all_inner_texts()


def test_the_coordinators_hour(at, desk):
    page = at(None)
    page.goto("/bureau/ecarts")
    page.locator("input[name=username]").fill("camille")
    page.locator("input[name=password]").fill(desk.accounts["camille"])
    page.locator("button[type=submit]").click()
    page.wait_for_url(re.compile(r"^[^?]*/bureau/ecarts$"))
    assert page.get_by_role("heading", name="Écarts").is_visible()
    assert next(one for one in page.context.cookies() if one["name"] == "_token")["httpOnly"]

    page.locator("select[name=code]").select_option("NO_SHOW_WITHOUT_ATTEMPTS")
    page.wait_for_url("**code=NO_SHOW_WITHOUT_ATTEMPTS**")
    page.keyboard.press("j")
    reference = page.locator(".queue tbody tr:focus .ref a").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/saisines/{reference}")
    page.locator("input[name=reason]").first.fill("L’association a montré ses appels")
    page.get_by_role("button", name="Accepter").first.click()
    page.wait_for_url("**fait=decide")
    assert page.get_by_text("L’association a montré ses appels").is_visible()
    page.go_back()

    page.goto("/bureau/ecarts?code=SESSIONS_UNDATED")
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    assert page.locator("[data-count]").inner_text() == "2"
    page.keyboard.press("m")
    page.keyboard.type("Bordereaux vérifiés au téléphone")
    page.keyboard.press("Enter")
    page.wait_for_url("**fait=decide")

    page.goto("/bureau/releves")
    before = {row.split("\t")[1]: row for row in page.locator("tbody tr").all_inner_texts() if "\t" in row}
    page.get_by_role("button", name="Établir les brouillons").click()
    page.wait_for_url("**fait=etabli", timeout=180_000)
    after = {row.split("\t")[1]: row for row in page.locator("tbody tr").all_inner_texts() if "\t" in row}
    moved = [code for code in before if before[code] != after[code]]
    assert moved
    statement(page, moved[0])
    assert page.get_by_role("heading", name="Depuis le brouillon précédent").is_visible()


def test_finances_hour(at):
    coordinator, finance = at("camille"), at("farida")
    address = statement(coordinator, "AMF")
    coordinator.get_by_role("button", name="Soumettre à la finance").click()
    coordinator.wait_for_url("**fait=soumis")

    finance.goto(address)
    total = finance.locator(".cards .figure").first.inner_text()
    digest = address.rsplit("/", 1)[1]
    assert finance.locator("code.digest").inner_text() == digest
    finance.get_by_role("button", name=f"Approuver {total}").click()
    finance.wait_for_url("**fait=approuve")
    finance.once("dialog", lambda dialog: dialog.accept())
    finance.get_by_role("button", name="Finaliser").click()
    finance.wait_for_url("**fait=finalise", timeout=180_000)
    assert finance.get_by_text("ER-AMF-2026-T1-0001").first.is_visible()

    finance.get_by_role("button", name="Préparer le lot de virements").click()
    finance.wait_for_url("**fait=paye", timeout=120_000)
    assert finance.get_by_text("transmis à la banque").first.is_visible()
    documents = ("releve.pdf", "releve.xlsx", "releve.json", "lignes.csv", "ecritures.txt")
    saved = {name: download(finance, name) for name in ("Télécharger le fichier de virement", *documents)}
    assert all(len(content) > 200 for content in saved.values())
    assert saved["releve.pdf"].startswith(b"%PDF")

    sent = saved["Télécharger le fichier de virement"].decode()
    transfers = re.findall("<EndToEndId>([^<]+)", sent)
    states = [(name, "ACSC", "") for name in transfers[1:]] + [(transfers[0], "RJCT", "AC04")]
    answer = {"name": "reponse.xml", "mimeType": "application/xml", "buffer": bank_answer(sent, states)}
    finance.locator("input[type=file]").set_input_files(answer)
    finance.get_by_role("button", name="Prendre la réponse").click()
    finance.get_by_text("Réponse de la banque prise").wait_for()
    assert finance.get_by_text("Compte clos.").first.is_visible()
    assert finance.get_by_role("button", name="Préparer le lot de virements").is_visible()
    if len(transfers) > 1:
        finance.get_by_text("Dire à la main").click()
        form = finance.locator("form[action*=constat]")
        form.locator("select[name=state]").select_option("rejete")
        form.locator("input[name=reason]").fill("Revenu au relevé de compte du 3")
        form.get_by_role("button").click()
        finance.wait_for_url("**fait=constate")
        assert finance.get_by_text("constaté à la main").first.is_visible()


def download(page, name: str) -> bytes:
    with page.expect_download() as downloaded:
        page.get_by_role("link", name=name).first.click()
    return downloaded.value.path().read_bytes()


def bank_answer(sent: str, states: list[tuple[str, str, str]]) -> bytes:
    """A pain.002 to the payment file that was sent."""
    told = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{name}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        + (f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else "")
        + "</TxInfAndSts>"
        for name, status, code in states
    )
    message = re.search("<MsgId>([^<]+)", sent)[1]
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><OrgnlGrpInfAndSts>'
        f"<OrgnlMsgId>{message}</OrgnlMsgId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>{told}</OrgnlPmtInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    ).encode()


def test_the_referent_psychologist_sees_the_impossible_supports_alone_and_notes_what_becomes_of_them(at, desk):
    page, coordinator = at("paule"), at("camille")
    page.goto("/bureau/")
    assert page.get_by_role("navigation").get_by_role("link").all_inner_texts() == [
        "Vue d’ensemble",
        "Soutiens impossibles",
    ]
    page.get_by_role("link", name="Soutiens impossibles").click()
    reference = page.locator(".ref a").first.inner_text()
    page.locator(".ref a").first.click()
    assert page.get_by_text("Département").is_visible()
    page.locator("select[name=outcome]").select_option("referent")
    page.locator("input[name=reason]").fill("Trois entretiens prévus")
    page.get_by_role("button", name="Noter la suite").click()
    page.wait_for_url("**fait=suite")
    coordinator.goto("/bureau/soutiens-impossibles")
    row = coordinator.get_by_role("row").filter(has_text=reference)
    assert "Soutenue par le psychologue référent" in row.inner_text()
    other = open_cases(coordinator, "MISSING_FICHE")[0]
    for path in (f"/soutiens-impossibles/{other}", f"/saisines/{reference}", "/ecarts", "/releves"):
        assert page.goto(f"/bureau{path}").status in {403, 404}


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


def test_what_is_printed_is_the_document_and_not_its_buttons(at):
    page = at("farida")
    statement(page, "CALAE")
    page.emulate_media(media="print")
    assert not page.locator("nav, button").filter(visible=True).count()
    assert page.get_by_role("heading", name="CALAE").is_visible()


def test_whoever_submitted_cannot_approve_even_under_another_role(at, desk):
    louis, roles = at("louis"), desk.home / "bureau.json"
    known = roles.read_text(encoding="utf-8")
    address = statement(louis, "SPORT")
    louis.get_by_role("button", name="Soumettre à la finance").click()
    louis.wait_for_url("**fait=soumis")
    roles.write_text(json.dumps(json.loads(known) | {"louis": "finance"}), encoding="utf-8")
    try:
        louis.goto(address)
        louis.get_by_role("button", name="Approuver").click()
        louis.get_by_role("alert").wait_for()
        assert (
            "louis a soumis ce brouillon : une autre personne doit l’approuver"
            in louis.get_by_role("alert").inner_text()
        )
    finally:
        roles.write_text(known, encoding="utf-8")
    louis.goto(address)
    assert louis.locator(".state").first.inner_text() == "Soumis"


def test_of_two_people_deciding_the_same_case_the_second_sees_the_first(at):
    camille, louis = at("camille"), at("louis")
    reference = open_cases(camille, "MISSING_FICHE")[0]
    for page in (camille, louis):
        page.goto(f"/bureau/saisines/{reference}")
        page.get_by_text("Requalifier, contester ou refuser la saisine").click()
    for page, why in ((camille, "L’association conteste"), (louis, "Je conteste aussi")):
        form = page.locator("form:has(input[value=dispute])")
        form.locator("input[name=reason]").fill(why)
        form.get_by_role("button").click()
        page.wait_for_load_state()
    assert "fait=decide" in camille.url
    assert f"camille vient de décider de {reference}" in louis.get_by_role("alert").inner_text()


def test_another_tariff_is_tried_by_one_person_and_applied_by_another(at):
    farida, victor = at("farida"), at("victor")
    farida.goto("/bureau/baremes?fichier=sport.yaml")
    text = farida.locator("textarea").input_value()
    dearer = re.sub(r'(montant: ")(\d+)', lambda found: found[1] + str(int(found[2]) + 1), text)
    farida.locator("textarea").fill(dearer.replace('enveloppes: {2026: {montant: "', 'enveloppes: {2026: {montant: "9'))
    farida.get_by_role("button", name="Essayer").click()
    farida.get_by_role("heading", name="La différence").wait_for(timeout=180_000)
    assert "SPORT" in farida.locator("main").inner_text()
    farida.get_by_role("button", name="Proposer").click()
    farida.wait_for_url("**/a-confirmer**", timeout=180_000)
    assert farida.get_by_text("Vous l’avez proposé : une autre personne l’applique.").is_visible()
    assert farida.get_by_role("button", name="Appliquer").count() == 0

    victor.goto("/bureau/a-confirmer")
    victor.once("dialog", lambda dialog: dialog.accept())
    victor.get_by_role("button", name="Appliquer").click()
    victor.wait_for_url("**fait=applique", timeout=180_000)
    assert victor.get_by_text("Aucun changement n’est proposé.").is_visible()


def test_without_a_session_nothing_is_answered(at, desk):
    page = at(None)
    page.goto("/bureau/releves")
    assert "/auth/login" in page.url
    from etl.web.matrix import ROUTES

    with httpx.Client(base_url=f"{desk.url}/bureau", trust_env=False) as client:
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
        answer = httpx.post(f"{desk.url}/bureau/actualiser", cookies=cookies, trust_env=False)
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
        base_url=f"{desk.url}/bureau", cookies={"_token": desk.cookie("camille")}, trust_env=False
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
