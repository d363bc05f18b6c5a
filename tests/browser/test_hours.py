"""The desk in a real browser over a real Airflow: what a coordinator, finance and the referent psychologist do in an hour."""

import json
import re

import pytest

from tests.browser.walks import bank_answer, download, open_cases, statement

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


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
    for page, why, there in ((camille, "L’association conteste", "status"), (louis, "Je conteste aussi", "alert")):
        form = page.locator("form:has(input[value=dispute])")
        form.locator("input[name=reason]").fill(why)
        form.get_by_role("button").click()
        page.get_by_role(there).first.wait_for()
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
