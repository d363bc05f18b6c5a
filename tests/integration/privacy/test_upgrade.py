"""From the schema of one version to that of the next: saved first, the same statements after, whole or not at all."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from etl.jobs.privacy import backup, restore
from etl.jobs.running import init
from etl.model.errors import SaisinesError
from etl.warehouse import schema
from etl.warehouse.server import connect, running
from tests.integration.explain.sampled import AT

from .conftest import documents

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[3]
NEXT = '''"""A revision to come: a column of a table whose rows never change, and one of a large one."""
from alembic import op

revision, down_revision, branch_labels, depends_on = "0003", "0002", None, None


def upgrade():
    op.execute("ALTER TABLE statements ADD COLUMN read_by text NOT NULL DEFAULT 'personne'")
    op.execute("ALTER TABLE contacts ADD COLUMN waited_s integer")
    KILL
'''
KILLED = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
INIT = """
import sys
from datetime import datetime
from pathlib import Path
from etl.jobs.running import init
from etl.warehouse import schema
home, backups, schema.MIGRATIONS, schema.HEAD = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), "0003"
init.run(home, None, None, "test", datetime.fromisoformat(sys.argv[4]), backups)
"""


def version(folder, killed=False):
    """The migrations of the version to come, in a folder."""
    shutil.copytree(schema.MIGRATIONS, folder)
    (folder / "versions" / "0003_to_come.py").write_text(NEXT.replace("KILL", KILLED if killed else "pass"))
    return folder


@pytest.fixture
def newer(tmp_path, monkeypatch):
    """Makes the program be of the version to come."""

    def become():
        monkeypatch.setattr(schema, "MIGRATIONS", version(tmp_path / "migrations"))
        monkeypatch.setattr(schema, "HEAD", "0003")

    return become


@pytest.fixture
def home(federation, tmp_path):
    """A home of today, filled, with a finalised statement."""
    saved = backup.run(federation.home, tmp_path / "federation", AT)
    with running(tmp_path / "home", create=True):
        restore.run(tmp_path / "home", saved.path, "Ingénieure", AT)
        yield tmp_path / "home"


def ask(home, query):
    with connect(home, older=True) as engine, engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_a_home_of_the_previous_version_is_saved_upgraded_and_makes_the_same_documents(
    home, federation, newer, tmp_path
):
    before = documents(home, tmp_path / "avant", federation.number)
    newer()
    with pytest.raises(SaisinesError, match=r"révision 0002, ce programme attend 0003 ; .*saisines init"):
        documents(home, tmp_path / "jamais")
    with pytest.raises(SaisinesError, match=r"--backup DOSSIER ou SAISINES_BACKUPS\. Rien n’a changé"):
        init.run(home, None, None, "test", AT)
    assert ask(home, "SELECT version_num FROM alembic_version") == [("0002",)]
    report = init.run(home, None, None, "test", AT, tmp_path / "sauvegardes")
    assert report.migrated
    assert ask(home, "SELECT version_num FROM alembic_version") == [("0003",)]
    assert set(ask(home, "SELECT read_by FROM statements")) == {("personne",)}
    assert documents(home, tmp_path / "apres", federation.number) == before
    assert any(name.endswith("releve.json") for name in before)
    assert restore.check(report.saved).revision == "0002"
    assert init.run(home, None, None, "test", AT).saved is None


def test_a_newer_home_is_refused_by_the_version_before_and_left_as_it_is(home, newer, monkeypatch, tmp_path):
    newer()
    init.run(home, None, None, "test", AT, tmp_path / "sauvegardes")
    monkeypatch.undo()
    for attempt in (lambda: init.run(home, None, None, "test", AT, tmp_path), lambda: ask(home, "SELECT 1")):
        with pytest.raises(SaisinesError, match="révision 0003, d’une version de saisines plus récente"):
            attempt()


def test_a_command_killed_in_the_middle_of_an_upgrade_leaves_the_home_as_it_was(home, federation, newer, tmp_path):
    before = documents(home, tmp_path / "avant", federation.number)
    killed = version(tmp_path / "killed", killed=True)
    command = [sys.executable, "-c", INIT, home, tmp_path / "sauvegardes", killed, AT.isoformat()]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -9
    assert ask(home, "SELECT version_num FROM alembic_version") == [("0002",)]
    assert documents(home, tmp_path / "encore", federation.number) == before
    newer()
    init.run(home, None, None, "test", AT, tmp_path / "sauvegardes")
    assert documents(home, tmp_path / "apres", federation.number) == before


def test_what_runs_still_is_not_upgraded_under_its_feet(home, newer, tmp_path, monkeypatch):
    newer()
    monkeypatch.setattr(init, "is_up", lambda home: True)
    with pytest.raises(SaisinesError, match="saisines down"):
        init.run(home, None, None, "test", AT, tmp_path / "sauvegardes")
    assert ask(home, "SELECT version_num FROM alembic_version") == [("0002",)]
