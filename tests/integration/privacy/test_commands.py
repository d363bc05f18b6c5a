"""What the operator sees: each command says what it did, what it did not, and what comes next."""

import pytest
from typer.testing import CliRunner

from etl import settings
from etl.cli.app import app
from etl.warehouse.server import running
from tests.integration.explain.sampled import AT


@pytest.fixture
def say(federation, monkeypatch):
    monkeypatch.setenv("SAISINES_HOME", str(federation.home))
    monkeypatch.setattr(settings, "now", lambda: AT)

    def run(*words):
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.output

    return run


def test_a_backup_names_its_key_and_its_sum_and_a_check_says_what_it_holds(say, federation, tmp_path, monkeypatch):
    told = say("backup", tmp_path / "sauvegardes", "--keep", "1")
    assert settings.key_id(settings.storage_key()) in told and "SHA-256" in told
    [path] = (tmp_path / "sauvegardes").glob("*.sauvegarde")
    assert "entière et lisible" in say("restore", path, "--check")
    monkeypatch.setenv("SAISINES_HOME", str(tmp_path / "neuf"))
    with running(tmp_path / "neuf", create=True):
        told = say("restore", path, "--by", "Ingénieure")
        assert "Restaurée dans" in told and "clé des pseudonymes" not in told


def test_a_restoration_without_the_key_of_pseudonyms_says_so(say, federation, tmp_path, monkeypatch):
    say("backup", tmp_path / "sauvegardes")
    [path] = (tmp_path / "sauvegardes").glob("*.sauvegarde")
    monkeypatch.setenv("SAISINES_HOME", str(tmp_path / "neuf"))
    monkeypatch.setenv("SAISINES_PSEUDONYM_KEY", "une autre clef, assez longue")
    with running(tmp_path / "neuf", create=True):
        assert "aucun journal nouveau ne sera pris" in say("restore", path)


def test_a_purge_shows_every_kind_with_its_duration(say):
    told = say("purge", "--dry-run")
    for kind in ("appels", "pseudonymes", "fichiers", "retenus", "soutiens", "consultations", "refus"):
        assert kind in told
    assert "0\u00a0saisine close. Seraient effacés :" in told and "13 mois" in told


def test_a_person_is_told_what_is_held_and_what_is_not(say, federation, tmp_path):
    from sqlalchemy import text

    from etl.warehouse.server import connect

    with connect(federation.home) as engine, engine.connect() as connection:
        reference = connection.execute(text("SELECT min(reference) FROM statement_lines")).scalar_one()
    told = say("subject", "show", reference, "--by", "Déléguée", "--out", tmp_path / "reponse.json")
    assert f"Saisine {reference} : ouverte." in told and "n’est jamais lu" in told
    assert reference in (tmp_path / "reponse.json").read_text(encoding="utf-8")
    assert (tmp_path / "reponse.json").stat().st_mode & 0o077 == 0


def test_new_keys_take_the_place_of_the_generated_ones(say, federation, tmp_path):
    for what, secret in (("pseudonyms", settings.PSEUDONYMS), ("files", settings.STORAGE)):
        before = settings.key_file(secret).read_bytes()
        told = say(
            "rekey",
            what,
            "--new-key",
            tmp_path / f"{what}.neuve",
            "--by",
            "Ingénieure",
            "--reason",
            "changement annuel",
        )
        assert "La nouvelle clé est en place" in told
        assert settings.key_file(secret).read_bytes() != before
    assert "Aucun" not in say("quarantine", "replay")
