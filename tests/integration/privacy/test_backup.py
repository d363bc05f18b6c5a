"""Backup and restore: the same federation elsewhere, or nothing at all."""

import hashlib
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from etl import settings
from etl.jobs.intake import ingest
from etl.jobs.privacy import backup, restore
from etl.model.errors import SaisinesError, UsageError
from etl.sources import archive
from etl.warehouse import dump, schema, watch
from etl.warehouse.server import connect, running
from tests.integration.explain.sampled import AT
from tests.integration.warehouse.test_other_server import PROGRAMS, debian_server

from .conftest import documents

NEXT = '''"""A revision to come."""
from alembic import op

revision, down_revision, branch_labels, depends_on = "0003", "0002", None, None


def upgrade():
    op.execute("ALTER TABLE statements ADD COLUMN read_by text NOT NULL DEFAULT 'personne'")
    op.execute("ALTER TABLE contacts ADD COLUMN waited_s integer")
'''


@pytest.fixture(scope="module")
def saved(federation, tmp_path_factory):
    federation.contents = contents(federation.home)
    return backup.run(federation.home, tmp_path_factory.mktemp("sauvegardes"), AT)


def ask(home, query):
    with connect(home) as engine, engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def contents(home):
    """Every row of every table but the audit, which tells of the backup and of the restoration."""
    with connect(home) as engine, dump.snapshot(engine) as connection:
        found = {}
        for table in dump.load_tables(connection):
            pieces = []
            dump.copy_out(connection, table, pieces.append)
            found[table.name] = b"".join(pieces)
    return {name: rows for name, rows in found.items() if name not in ("audit", "job_runs")}


def test_a_restored_home_holds_the_same_and_makes_the_same_drafts_and_documents(federation, saved, tmp_path):
    before = documents(federation.home, tmp_path / "avant", federation.number)
    with running(tmp_path / "home", create=True):
        told = restore.run(tmp_path / "home", saved.path, "Ingénieure", AT)
        assert (told.rows, told.files) == (saved.rows, saved.files)
        assert contents(tmp_path / "home") == federation.contents
        assert documents(tmp_path / "home", tmp_path / "apres", federation.number) == before
    assert any(name.endswith(".pdf") for name in before)
    assert sum(name.endswith("releve.json") for name in before) > 5


def test_a_restored_home_goes_on_where_the_other_stood(federation, saved, tmp_path):
    with running(tmp_path / "home", create=True):
        restore.run(tmp_path / "home", saved.path, "Ingénieure", AT)
        again = ingest.run(tmp_path / "home", [federation.folder / "box"], AT)
        assert {one.status for one in again.files} == {ingest.KNOWN}
        extra = tmp_path / "journal" / "a.csv"
        extra.parent.mkdir()
        extra.write_text("id_appel;debut;suite;saisine_ref;association\nneuf;2026-07-01 10:00;information;;\n")
        [taken] = ingest.run(tmp_path / "home", [extra], AT).files
        assert taken.delivery_id == 1 + max(one.delivery_id for one in again.files)


def test_nothing_of_it_lies_in_clear(federation, saved):
    sealed = saved.path.read_bytes()
    references = [
        one for (one,) in ask(federation.home, "SELECT DISTINCT reference FROM contacts WHERE reference IS NOT NULL")
    ]
    assert references
    for plain in ("FV26", references[0], "saisines backup", "manifest"):
        assert plain.encode() not in sealed
    assert saved.path.stat().st_mode & 0o077 == 0


def test_its_sha256_lies_beside_and_in_the_audit(federation, saved):
    said, name = saved.path.with_name(saved.path.name + ".sha256").read_text().split()
    assert (said, name) == (hashlib.sha256(saved.path.read_bytes()).hexdigest(), saved.path.name)
    with connect(federation.home) as engine, engine.connect() as connection:
        last = watch.load_last_act(connection, backup.ACTION)
    assert last["detail"]["sha256"] == said


def test_a_home_that_holds_something_is_not_restored_into(federation, saved):
    before = contents(federation.home)
    with pytest.raises(SaisinesError, match="contiennent déjà des données, rien n’est restauré"):
        restore.run(federation.home, saved.path, "Ingénieure", AT)
    assert contents(federation.home) == before


def test_a_database_that_holds_something_is_not_restored_into_though_no_file_landed(saved, tmp_path):
    with running(tmp_path / "home", create=True):
        with connect(tmp_path / "home", create=True) as engine:
            schema.migrate(engine)
        with pytest.raises(SaisinesError, match="contiennent déjà des données, rien n’est restauré"):
            restore.run(tmp_path / "home", saved.path, "Ingénieure", AT)
        assert not (tmp_path / "home" / "landing").exists()


@pytest.mark.parametrize("share", [0, 0.001, 0.3, 0.9, 0.9999])
def test_a_backup_cut_short_is_refused_in_one_line_and_leaves_nothing(saved, tmp_path, share):
    short = tmp_path / "court.sauvegarde"
    short.write_bytes(saved.path.read_bytes()[: int(saved.size * share)])
    with pytest.raises(SaisinesError, match=r"^court\.sauvegarde : .*tronqué") as refused:
        restore.run(tmp_path / "home", short, "Ingénieure", AT)
    assert "\n" not in refused.value.message
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("place", [3, 10, 20, 29, 1000, -1])
def test_a_backup_with_one_byte_changed_is_refused_in_one_line(saved, tmp_path, place):
    content = bytearray(saved.path.read_bytes())
    content[place] ^= 1
    changed = tmp_path / "change.sauvegarde"
    changed.write_bytes(content)
    with pytest.raises(SaisinesError, match=r"^change\.sauvegarde : [^\n]*$"):
        restore.run(tmp_path / "home", changed, "Ingénieure", AT)
    assert not (tmp_path / "home").exists()


def test_another_key_and_no_key_are_each_refused_in_one_line(saved, tmp_path, monkeypatch):
    monkeypatch.setenv("SAISINES_STORAGE_KEY", "une autre clef, assez longue")
    with pytest.raises(SaisinesError, match=r"chiffré avec la clé [0-9a-f]{8}, celle d’ici est [0-9a-f]{8} ; [^\n]*$"):
        restore.run(tmp_path / "home", saved.path, "Ingénieure", AT)
    monkeypatch.delenv("SAISINES_STORAGE_KEY")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(SaisinesError, match="pas de clé de chiffrement ici"):
        restore.run(tmp_path / "home", saved.path, "Ingénieure", AT)
    assert not settings.key_file(settings.STORAGE).exists()


def test_a_backup_without_a_key_is_refused(federation, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(SaisinesError, match="pas de clé de chiffrement ici"):
        backup.run(federation.home, tmp_path / "sauvegardes", AT)
    assert not (tmp_path / "sauvegardes").exists()


def test_a_file_that_is_no_backup_is_said(tmp_path):
    settings.storage_key()
    (tmp_path / "notes.txt").write_text("rien à voir, mais assez long pour un en-tête de sauvegarde")
    with pytest.raises(SaisinesError, match="ce n’est pas un fichier chiffré par saisines"):
        restore.run(tmp_path / "home", tmp_path / "notes.txt", "Ingénieure", AT)
    with archive.writing(tmp_path / "autre", settings.storage_key()) as writer:
        writer.add("bonjour", b"")
    with pytest.raises(SaisinesError, match="pas une sauvegarde que cette version"):
        restore.run(tmp_path / "home", tmp_path / "autre", "Ingénieure", AT)


def test_a_backup_of_a_newer_version_is_refused(saved, tmp_path, monkeypatch):
    monkeypatch.setattr(schema, "revisions", lambda: {"0000"})
    with pytest.raises(SaisinesError, match=r"version plus récente \(révision 0002\)"):
        restore.run(tmp_path / "home", saved.path, "Ingénieure", AT)


def test_a_backup_of_the_previous_version_is_brought_up_to_date(federation, saved, tmp_path, monkeypatch):
    versions = tmp_path / "versions"
    shutil.copytree(schema.MIGRATIONS, tmp_path / "migrations")
    versions = tmp_path / "migrations" / "versions"
    (versions / "0003_to_come.py").write_text(NEXT)
    monkeypatch.setattr(schema, "MIGRATIONS", tmp_path / "migrations")
    monkeypatch.setattr(schema, "HEAD", "0003")
    before = documents_at_head(federation, tmp_path / "avant")
    with running(tmp_path / "home", create=True):
        told = restore.run(tmp_path / "home", saved.path, "Ingénieure", AT)
        assert (told.revision, told.migrated) == ("0002", True)
        assert ask(tmp_path / "home", "SELECT version_num FROM alembic_version") == [("0003",)]
        assert set(ask(tmp_path / "home", "SELECT read_by FROM statements")) == {("personne",)}
        assert documents(tmp_path / "home", tmp_path / "apres", federation.number) == before


def documents_at_head(federation, out):
    """Those of the federation, whose warehouse is at the revision before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "HEAD", "0002")
        return documents(federation.home, out, federation.number)


def test_old_backups_are_dropped_beyond_the_number_to_keep(federation, tmp_path):
    made = [backup.run(federation.home, tmp_path, AT + timedelta(days=day), keep=2) for day in range(3)]
    (tmp_path / "notes.txt").write_text("pas à nous")
    assert sorted(path.name for path in tmp_path.glob("*.sauvegarde")) == [made[1].path.name, made[2].path.name]
    assert made[2].dropped == [made[0].path.name]
    assert not made[0].path.with_name(made[0].path.name + ".sha256").exists()
    with pytest.raises(UsageError):
        backup.run(federation.home, tmp_path, AT, keep=0)


def test_a_backup_inside_the_home_is_refused(federation):
    with pytest.raises(SaisinesError, match="serait perdue avec lui"):
        backup.run(federation.home, federation.home / "sauvegardes", AT)


def test_a_landed_file_that_vanished_is_counted(federation, tmp_path):
    [(landed,)] = ask(federation.home, "SELECT landed FROM deliveries ORDER BY 1 LIMIT 1")
    (federation.home / landed).rename(tmp_path / "ailleurs")
    try:
        assert backup.run(federation.home, tmp_path / "sauvegardes", AT).missing == 1
    finally:
        (tmp_path / "ailleurs").rename(federation.home / landed)


def test_a_disk_that_is_full_leaves_no_half_backup(federation, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SaisinesError, match="écriture impossible"):
        backup.run(federation.home, tmp_path / "sauvegardes", AT)
    assert list((tmp_path / "sauvegardes").iterdir()) == []


@pytest.mark.long
def test_a_backup_of_the_embedded_server_is_restored_on_debians_and_back(saved, federation, tmp_path, monkeypatch):
    if PROGRAMS is None:
        pytest.skip("apt install postgresql")
    folder = Path("/tmp") / f"saisines-debian-backup-{os.getpid()}"  # short: the path of a socket is limited
    folder.mkdir(mode=0o755)
    try:
        with debian_server(folder) as url, pytest.MonkeyPatch.context() as patch:
            patch.setenv("SAISINES_DATABASE_URL", url)
            restore.run(tmp_path / "debian", saved.path, "Ingénieure", AT)
            assert contents(tmp_path / "debian") == federation.contents
            back = backup.run(tmp_path / "debian", tmp_path / "retour", AT)
    finally:
        shutil.rmtree(folder)
    with running(tmp_path / "home", create=True):
        restore.run(tmp_path / "home", back.path, "Ingénieure", AT)
        assert contents(tmp_path / "home") == federation.contents
