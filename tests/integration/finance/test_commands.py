"""Every document is reached by a command: the words it says, the files it writes, its status."""

from datetime import date

import pytest
from typer.testing import CliRunner

from etl import settings
from etl.cli.app import app
from etl.model.errors import SaisinesError

from .quarters import instant, saisines, settle, take_in

NOW = instant(date(2026, 5, 20))


@pytest.fixture
def said(home, monkeypatch):
    monkeypatch.setenv("SAISINES_HOME", str(home))
    monkeypatch.setattr(settings, "now", lambda: NOW)

    def run(*words):
        done = CliRunner().invoke(app, list(words), catch_exceptions=True)
        if isinstance(done.exception, SaisinesError):
            raise done.exception
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output.replace("\u202f", " ").replace("\u00a0", " ")

    return run


@pytest.mark.long
def test_a_quarter_from_submission_to_the_books(home, said):
    take_in(home, "2026-T1", saisines("2026-T1", 25, 1))
    draft = said("draft", "2026-T1", "--convention", "CALAE").split()
    digest = next(word for word in draft if len(word) == 64 and word.isalnum())
    step = ["2026-T1", "--convention", "CALAE", "--digest", digest]
    assert "avis provisoires dans" in said("submit", *step, "--by", "Claire")
    provisional = home / "out" / "2026-T1" / "CALAE" / "provisoire"
    assert {path.name for path in (provisional / "notes").iterdir()} == {"AAV001.pdf", "AAV002.pdf"}
    assert not (provisional / "ecritures.txt").exists()
    said("approve", *step, "--by", "Paul")
    said("finalise", *step, "--by", "Paul")
    number = "ER-CALAE-2026-T1-0001"
    asked = ("2026-T1", "--convention", "CALAE", "--by", "Paul")
    assert "2 virements," in said("pay", *asked, "--out", str(home / "v"))
    assert "rejeté, à payer de nouveau" in said(
        "payments", "returned", number, "AAV001", "--by", "P", "--reason", "relevé"
    )
    assert "payé." in said("payments", "paid", number, "AAV002", "--by", "P", "--reason", "relevé")
    assert "1 virement," in said("pay", *asked, "--out", str(home / "v"))
    listed = said("payments", "list", "2026-T1", "--convention", "CALAE")
    assert "transmis à la banque" in listed
    assert "payé" in listed
    assert "4 écritures," in said("entries", "--since", "2026-05-01", "--until", "2026-06-30")
    assert "publié dans" in said("report", *asked)
    assert "déjà publié, refait" in said("report", *asked)
    said("documents", number)
    made = {path.name for path in (home / "out" / "finalises" / number).rglob("*") if path.is_file()}
    assert made >= {"releve.pdf", "ecritures.txt", "compte-rendu.pdf", f"{number}-L01.xml", f"{number}-L02.xml"}
    assert "à vérifier" in said("accrual", "2026")
    assert "Aucun ordre de reversement" in said("repayments", "list")
    assert "0 ordre de reversement écrit." in said("repayments", "write")
    with pytest.raises(SaisinesError, match="Aucun ordre"):
        said("repayments", "settle", number, "AAV001", "--by", "P", "--reason", "x")


@pytest.mark.long
def test_what_associations_are_sent(home, said):
    rows = saisines("2026-T1", 25, 1)
    take_in(home, "2026-T1", rows)
    settle(home, "2026-T1")
    assert "2 classeurs" in said("template")
    assert "AAV001" in said("template", "--association", "AAV001")
    assert "rappels prêts" in said("remind")
    message = next((home / "out" / "associations").glob("*/message.txt")).read_text(encoding="utf-8")
    assert "FV26" not in message
    assert "notés comme envoyés" in said("remind", "--sent")
    assert "Aucune association à relancer" in said("remind")
