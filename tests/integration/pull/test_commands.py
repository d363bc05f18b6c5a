"""`saisines sources …` as people type it."""

import json

import pytest

from etl.cli.app import app
from etl.model.errors import SaisinesError

from .conftest import AT, Desk, dated
from .given import fiche


def call(*arguments: str) -> None:
    app(["sources", *arguments], standalone_mode=False)


@pytest.fixture
def drop(desk: Desk, tmp_path, monkeypatch):
    """A declared folder with a fiche of nobody known, read at the instant of the tests."""
    monkeypatch.setattr("etl.settings.now", lambda: AT)
    (tmp_path / "drop" / "Inconnue").mkdir(parents=True)
    (tmp_path / "drop" / "Inconnue" / "t1.xlsx").write_bytes(fiche())
    dated(tmp_path / "drop" / "Inconnue" / "t1.xlsx", "2026-04-10T12:00:00+02:00")
    desk.declare(f"  - {{nom: partage, type: dossier, porte: fiches, chemin: {tmp_path}/drop}}\n")


def test_a_source_is_tried_and_what_it_holds_is_seen_and_attributed(desk, drop, capsys):
    call("list")
    assert "partage" in capsys.readouterr().out
    call("pull", "partage")
    told = capsys.readouterr().out
    assert "Fichiers : 0\u00a0reçu, 0\u00a0déjà reçu, 0 en échec, 1\u00a0retenu." in told
    assert "saisines sources held" in told
    call("list", "--json")
    [source] = json.loads(capsys.readouterr().out)["sources"]
    assert source["pulled_at"].startswith("2026-07-20")
    call("held")
    told = capsys.readouterr().out
    assert "Inconnue/t1.xlsx" in told and "2026-04-10" in told and "aucune association du registre" in told
    call("held", "--json")
    [held] = json.loads(capsys.readouterr().out)["held"]
    number = str(held["held_file_id"])
    call("attribute", number, "--association", "AAV002", "--by", "Camille", "--reason", "confirmé au téléphone")
    assert "reçu de AAV002 : 2 lignes lues = 2 acceptées" in capsys.readouterr().out
    call("held")
    assert "Aucun fichier retenu." in capsys.readouterr().out
    with pytest.raises(SaisinesError, match="déjà attribué à AAV002"):
        call("discard", number, "--by", "Camille", "--reason", "erreur")


def test_a_held_file_is_discarded_with_a_reason(desk, drop, capsys):
    call("pull", "partage", "--json")
    assert json.loads(capsys.readouterr().out)["held"] == 1
    call("discard", "1", "--by", "Camille", "--reason", "publicité")
    assert "Fichier retenu 1 écarté." in capsys.readouterr().out
    assert desk.ask("SELECT outcome, settled_by, settled_reason FROM held_files") == [
        ("discarded", "Camille", "publicité")
    ]
    with pytest.raises(SaisinesError, match="Fichier retenu 9 inconnu"):
        call("discard", "9", "--by", "Camille", "--reason", "publicité")
    with pytest.raises(SaisinesError):
        call("attribute", "1", "--association", "AAV001", "--by", "Camille", "--reason", " ")
