"""Another key: the same people, the same drafts, and the old key opens nothing more."""

import shutil

import pytest
from sqlalchemy import text

from etl import settings
from etl.jobs.intake import ingest, quarantine
from etl.jobs.privacy import rekey
from etl.model.errors import SaisinesError
from etl.sources import landing
from etl.sources.journal import pseudonym_of
from etl.warehouse import watch
from etl.warehouse.server import connect
from tests.integration.explain.sampled import AT

from .conftest import documents

NEW = b"la clef de demain, assez longue"
WHY = {"by": "Ingénieure", "reason": "changement annuel", "at": AT}


def ask(home, query):
    with connect(home) as engine, engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def people(home):
    """Who made which calls, whatever they are named."""
    query = "SELECT array_agg(contact_id ORDER BY contact_id) FROM contacts WHERE beneficiaire IS NOT NULL GROUP BY beneficiaire ORDER BY 1"
    return ask(home, query)


@pytest.fixture
def keyed(federation, monkeypatch):
    """The federation with the key it was made with, put back as it was afterwards."""
    key = settings.pseudonym_key()
    yield federation
    monkeypatch.undo()
    if settings.key_id(settings.pseudonym_key()) != ask(federation.home, "SELECT max(key_id) FROM deliveries")[0][0]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SAISINES_PSEUDONYM_KEY", NEW.decode())
            rekey.pseudonyms(federation.home, key, forget=True, **WHY)


def test_people_and_drafts_stay_the_same_and_the_old_key_is_refused(keyed, tmp_path, monkeypatch):
    home, before, grouped = keyed.home, documents(keyed.home, tmp_path / "avant", keyed.number), people(keyed.home)
    names = set(ask(home, "SELECT DISTINCT beneficiaire FROM contacts"))
    done = rekey.pseudonyms(home, NEW, **WHY)
    assert (done.people, done.forgotten) == (len(grouped), 0)
    assert people(home) == grouped
    assert set(ask(home, "SELECT DISTINCT beneficiaire FROM contacts WHERE beneficiaire IS NOT NULL")).isdisjoint(names)
    assert documents(home, tmp_path / "apres", keyed.number) == before

    journal = tmp_path / "journal" / "suite.csv"
    journal.parent.mkdir()
    journal.write_text(
        "id_appel;debut;suite;saisine_ref;association;beneficiaire\nneuf;2026-07-01 10:00;information;;;B1\n"
    )
    with pytest.raises(SaisinesError, match="n’est pas celle de l’entrepôt"):
        ingest.run(home, [journal], AT)
    with pytest.raises(SaisinesError, match="n’est pas celle de l’entrepôt"):
        rekey.pseudonyms(home, b"encore une autre clef", **WHY)
    monkeypatch.setenv("SAISINES_PSEUDONYM_KEY", NEW.decode())
    assert ingest.run(home, [journal], AT).changed
    assert ask(home, "SELECT beneficiaire FROM contacts WHERE id_appel = 'neuf'") == [(pseudonym_of(NEW)("B1"),)]
    with connect(home) as engine, engine.connect() as connection:
        act = watch.load_last_act(connection, "rekey")
    assert act["detail"]["reason"] == "changement annuel"
    assert act["detail"]["to"] == settings.key_id(NEW)


def test_people_whose_journals_are_gone_are_said_first_then_get_a_number(keyed, tmp_path, monkeypatch):
    home, before, grouped = keyed.home, documents(keyed.home, tmp_path / "avant"), people(keyed.home)
    shutil.copytree(home / "landing", tmp_path / "landing")
    [(first,)] = ask(home, "SELECT landed FROM deliveries WHERE kind = 'journal' ORDER BY rows_accepted DESC LIMIT 1")
    (home / first).unlink()
    try:
        with pytest.raises(SaisinesError, match="relancez avec --forget"):
            rekey.pseudonyms(home, NEW, **WHY)
        assert people(home) == grouped
        done = rekey.pseudonyms(home, NEW, forget=True, **WHY)
        assert done.forgotten > 0 and done.people + done.forgotten == len(grouped)
        assert people(home) == grouped
        assert documents(home, tmp_path / "apres") == before
    finally:
        shutil.rmtree(home / "landing")
        shutil.copytree(tmp_path / "landing", home / "landing")


def test_the_same_key_and_a_short_one_are_refused(federation):
    for key in (settings.pseudonym_key(), b"court"):
        with pytest.raises(SaisinesError, match="La nouvelle clé est"):
            rekey.pseudonyms(federation.home, key, **WHY)
    with pytest.raises(SaisinesError, match="motif"):
        rekey.pseudonyms(federation.home, NEW, "Ingénieure", " ", AT)


def test_landed_files_are_read_with_the_new_key_alone(federation, monkeypatch):
    home, old = federation.home, settings.storage_key()
    kept = ask(home, "SELECT landed, sha256 FROM deliveries WHERE landed IS NOT NULL")
    contents = {sha256: landing.read_landed(home, path, sha256, old) for path, sha256 in kept}
    assert rekey.storage(home, NEW, **WHY) == len(contents)
    assert {sha256: landing.read_landed(home, path, sha256, NEW) for path, sha256 in kept} == contents
    with pytest.raises(SaisinesError, match="chiffré avec la clé"):
        landing.read_landed(home, *kept[0], old)
    assert sorted(path.name for path in home.glob("landing*")) == ["landing"]
    monkeypatch.setenv("SAISINES_STORAGE_KEY", NEW.decode())
    assert quarantine.replay(home, AT).unreadable == 0
    assert rekey.storage(home, old, **WHY) == len(contents)


def test_a_damaged_landed_file_stops_the_change_of_key_and_nothing_changes(federation, tmp_path):
    home, old = federation.home, settings.storage_key()
    [(path, sha256)] = ask(home, "SELECT landed, sha256 FROM deliveries WHERE landed IS NOT NULL LIMIT 1")
    sealed = (home / path).read_bytes()
    (home / path).write_bytes(sealed[:-1])
    try:
        with pytest.raises(SaisinesError, match="fichier abîmé"):
            rekey.storage(home, NEW, **WHY)
    finally:
        (home / path).write_bytes(sealed)
    assert landing.read_landed(home, path, sha256, old) is not None
    assert sorted(one.name for one in home.glob("landing*")) == ["landing"]


def test_a_generated_key_is_put_in_place_and_the_old_one_kept_beside(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    old, new = settings.storage_key(), settings.new_key(tmp_path / "neuve.key", settings.STORAGE)
    kept = rekey.put_key(settings.STORAGE, tmp_path / "neuve.key")
    assert settings.storage_key(make=False) == new
    assert settings.read_key_file(kept, settings.STORAGE, make=False) == old
    assert kept.name == f"chiffrement.{settings.key_id(old)}.key"
    monkeypatch.setenv("SAISINES_STORAGE_KEY", "une clef de l'environnement")
    assert rekey.put_key(settings.STORAGE, tmp_path / "autre.key") is None
    text_ = settings.new_key(tmp_path / "autre.key", settings.STORAGE).decode()
    monkeypatch.setenv("SAISINES_STORAGE_KEY", text_)
    assert settings.storage_key() == text_.encode()
