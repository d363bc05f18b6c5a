"""`saisines up` for real, over a sample inbox, and the same inbox by the command line in another home."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow_rest import Person
from installed_home import LAST, PEOPLE, QUARTERS, Up, call, password

from etl.jobs.running import sample
from etl.scheduler import processes


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample inbox, one file of which nobody can read."""
    made = tmp_path_factory.mktemp("sample") / "inbox"
    sample.run(made, 150)
    association = sorted(path for path in (made / "fiches").iterdir() if path.is_dir())[0]
    (association / "tableau.xlsx").write_bytes(b"not a workbook")
    return made


@pytest.fixture(scope="module")
def up(inbox: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """Everything up, with an account for each role, over an empty inbox."""
    home = tmp_path_factory.mktemp("up") / "état de marche"  # a space and an accent, as people name folders
    call(home, "init", "--conventions", str(inbox / "conventions"), "--associations", str(inbox / "associations.csv"))
    port, started = processes.free_port(), time.monotonic()
    try:
        call(home, "up", "--port", str(port))
        seconds, url = time.monotonic() - started, f"http://127.0.0.1:{port}"
        first = (home / "airflow" / "premier-mot-de-passe").read_text(encoding="utf-8").strip()
        admin = Person(url, "saisines", first)
        for name, role in PEOPLE.items():
            who = {"username": name, "first_name": name, "last_name": "Essai", "email": f"{name}@example.org"}
            body = {**who, "roles": [{"name": role}], "password": password(name)}
            assert admin.web.post("/auth/fab/v1/users", json=body).status_code == 200
        admin.read()
        yield Up(home, url, seconds, admin)
    finally:
        call(home, "down")


@pytest.fixture(scope="module")
def by_command_line(inbox: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the statements of the same inbox, drafted by the command line in another home."""
    home = tmp_path_factory.mktemp("cli") / "home"
    call(home, "init", "--conventions", str(inbox / "conventions"), "--associations", str(inbox / "associations.csv"))
    call(home, "ingest", str(inbox), "--file-dates", ok=(1,))
    for quarter in QUARTERS:
        call(home, "draft", quarter)
    return home / "out"


@pytest.fixture(scope="module")
def dropped(up: Up, inbox: Path) -> Path:
    """The inbox's files but the journal's last, dropped at once where the running scheduler looks for them."""
    shutil.copytree(inbox, up.home / "on the way", ignore=shutil.ignore_patterns(LAST))
    return (up.home / "on the way").rename(up.home / "inbox")
