"""The statement's PDF and the remittance notes: the data's figures, well marked, the same bytes for the same data."""

import re
import shutil
import subprocess
import time

import pytest
from statements import large_snapshot, snapshot

from reports import french
from reports.note import note_data, render_note, render_notes
from reports.releve_pdf import render_statement_pdf, statement_data
from reports.typeset import typographic

needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not installed")


def words(content, tmp_path):
    """The text of a PDF, its spaces made plain."""
    path = tmp_path / "document.pdf"
    path.write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True)
    return re.sub(r"[\s\u00a0\u202f]+", " ", done.stdout.decode())


def plain(text):
    return re.sub(r"[\s\u00a0\u202f]+", " ", text)


def test_the_same_data_gives_the_same_bytes():
    assert render_statement_pdf(snapshot()) == render_statement_pdf(snapshot())
    assert render_note(snapshot(), "AAV002") == render_note(snapshot(), "AAV002")


def test_a_change_of_address_of_today_changes_nothing_in_an_old_snapshot():
    old = snapshot()
    before = render_note(old, "AAV002")
    today = snapshot()
    today["associations"]["AAV002"]["nom"] = "Nouveau nom"
    assert render_note(old, "AAV002") == before != render_note(today, "AAV002")


@needs_poppler
def test_the_statement_prints_its_totals_number_digest_and_pages(tmp_path):
    data = snapshot()
    text = words(render_statement_pdf(data), tmp_path)
    statement = data["statement"]
    payable = sum(payee["payable_cents"] for payee in statement["payees"])
    for expected in (
        french.euros(statement["total_cents"]),
        french.euros(payable),
        statement["number"],
        statement["digest"],
        "arrêté au 15/07/2026",
        "finalisé le 20/07/2026",
        "19/08/2026",
        "SIRET 990 099 004 00014",
        "État de règlement d’une aide financière",
        "Montants d’exemple",
        "Page 1 de ",
        data["convention"]["fingerprint"],
    ):
        assert plain(expected) in text


@needs_poppler
def test_a_note_names_payer_and_payee_with_their_siret(tmp_path):
    text = words(render_note(snapshot(), "AAV012"), tmp_path)
    assert "SIRET 990 099 004 00014" in text
    assert "SIRET 990 000 127 00011" in text
    assert "682,00 €" in text
    assert "Association d’aide aux victimes 011" in text  # what the closed association did


@needs_poppler
def test_a_provisional_note_says_so(tmp_path):
    text = words(render_note(snapshot(status="soumis"), "AAV002"), tmp_path)
    assert "Document provisoire" in text
    assert statement_data(snapshot(status="soumis"))["mark"] == "PROVISOIRE"


def test_a_final_document_is_not_marked():
    assert statement_data(snapshot())["mark"] == ""
    assert statement_data(snapshot(status="brouillon"))["mark"] == "BROUILLON"


def test_printed_lines_add_up_to_the_printed_total():
    data = snapshot()
    for group in statement_data(data)["groups"]:
        *lines, total = (cents(row[6]) for row in group["rows"])
        assert sum(lines) == total


def test_the_notes_of_a_statement_hold_all_its_lines_and_its_total():
    data = snapshot()
    statement = data["statement"]
    rows = [row for payee in statement["payees"] for g in note_data(data, payee)["groups"] for row in g["rows"]]
    lines = [row for row in rows if row[0] != "Total"]
    assert len(lines) == len(statement["lines"])
    assert sum(cents(row[6]) for row in lines) == statement["total_cents"]


def cents(written):
    return int(re.sub(r"[^0-9-]", "", written.replace("−", "-")))


def test_a_statement_of_only_negatives_pays_nothing():
    data = snapshot("amf_2026_t1_negatif", "AMF", "2026-T1")
    assert render_statement_pdf(data).startswith(b"%PDF")
    printed = note_data(data, data["statement"]["payees"][0])
    assert printed["payment"] == "Rien n’est à payer au titre de ce relevé."
    assert printed["settlement"][-1] == ["À payer", french.euros(0)]


@pytest.mark.parametrize(
    "name",
    [
        "ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸÆŒ àâäçéèêëîïôöùûüÿæœ",
        "Aide & Écoute <Nord>",
        "#strong[x] $y$ `z` @w \\",
        "☀️ Soleil 🫶",
        "N" * 70,
        "شجرة 木",
    ],
)
def test_any_name_is_printed_as_text_and_never_as_markup(name, tmp_path):
    data = snapshot()
    data["associations"]["AAV002"]["nom"] = name
    content = render_note(data, "AAV002")
    assert content.startswith(b"%PDF")
    if name.startswith("#") and shutil.which("pdftotext"):
        assert "#strong[x] $y$" in words(content, tmp_path)


def test_what_the_fonts_cannot_draw_is_transliterated_or_left_out():
    assert typographic("☀️ Soleil 🫶 木") == " Soleil  Mu "


def test_french_spaces_do_not_break():
    assert typographic("Motif : « tard » !") == "Motif\u202f: «\u202ftard\u202f»\u202f!"


def test_a_priced_convention_makes_out_the_association_s_invoice():
    data = snapshot("enseigne_2026_t2", "ENSEIGNE")
    row = data["statement"]["payees"][0]
    printed = note_data(data, row)
    assert printed["title"] == "Autofacture"
    assert printed["number"] == f"ER-ENSEIGNE-2026-T2-0002-{row['code']}"
    assert printed["payee"]["role"] == "Fournisseur"
    assert ["TVA non applicable", french.euros(0)] in printed["settlement"]
    assert "art. 261, 7, 1°, b du CGI" in printed["mention"]
    owing = note_data(data, {**row, "total_cents": -100})
    assert owing["title"] == "Avoir d’autofacturation"


def test_an_aid_is_no_invoice():
    data = snapshot()
    assert note_data(data, data["statement"]["payees"][0])["title"] == "Avis de règlement"


@pytest.mark.long
def test_a_hundred_and_thirty_notes_take_seconds():
    data = large_snapshot(2_600)
    started = time.perf_counter()
    notes = list(render_notes(data))
    assert len(notes) == 130
    assert time.perf_counter() - started < 60


@pytest.mark.long
def test_twenty_thousand_lines_can_be_printed():
    started = time.perf_counter()
    assert render_statement_pdf(large_snapshot(20_000)).startswith(b"%PDF")
    assert time.perf_counter() - started < 120


def test_a_parked_draft_says_why():
    gaps = [{"code": "JOURNAL_GAP", "detail": f"2026-04-{day:02d}"} for day in range(1, 9)]
    data = snapshot(status="brouillon", parked=gaps)
    data["sentences"]["JOURNAL_GAP"] = "Le journal n’a aucune ligne ce jour-là."
    words = " ".join(statement_data(data)["notices"])
    assert "Parqué : Le journal n’a aucune ligne ce jour-là. (01/04/2026, 02/04/2026" in words
    assert "et 3\u00a0autres" in words


@needs_poppler
@pytest.mark.parametrize("above", range(24, 34))
def test_a_title_is_never_alone_at_the_foot_of_a_page(above, tmp_path):
    data = snapshot()
    lines = [line for line in data["statement"]["lines"] if line["association"] == "AAV012"]
    data["statement"]["lines"] = (lines * above)[:above]
    data["statement"]["not_paid"] = [
        {**lines[0], "reason": "CAP_EXCEEDED", "saisine": f"FV26-{place:06d}-A"} for place in range(9)
    ]
    path = tmp_path / "note.pdf"
    path.write_bytes(render_note(data, "AAV012"))
    read = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True)
    pages = [page for page in read.stdout.decode().split("\f") if "Actes non payés" in page]
    [page] = pages
    assert page.partition("Actes non payés")[2].count("FV26-") >= 2
