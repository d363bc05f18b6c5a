"""The same tests on Debian's PostgreSQL 15, as a role that is no superuser."""

import os
import pwd
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from etl.scheduler.processes import free_port

HERE = Path(__file__).parent
PROGRAMS = next(
    (path for path in sorted(Path("/usr/lib/postgresql").glob("*/bin")) if (path / "initdb").exists()), None
)
SUBJECTS = ("schema", "life", "immutable", "rows", "jobs", "decide")


@contextmanager
def debian_server(folder):
    """A cluster of Debian's programs on a free port of this machine; gives the address of a role that may create databases."""
    account = {}
    if os.geteuid() == 0:
        entry = pwd.getpwnam("postgres")
        account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    port, log = free_port(), folder / "log"

    def run(program, *arguments):
        subprocess.run(
            [PROGRAMS / program, "-D", folder / "data", *arguments],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            **account,
        )

    run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    run("pg_ctl", "start", "-w", "-l", log, "-o", f"-p {port} -h 127.0.0.1 -k {folder} -F")
    try:
        with psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", autocommit=True) as connection:
            connection.execute("CREATE ROLE saisines LOGIN CREATEDB")
            connection.execute("CREATE DATABASE saisines OWNER saisines")
        yield f"postgresql://saisines@127.0.0.1:{port}/saisines"
    finally:
        run("pg_ctl", "stop", "-m", "immediate")


@pytest.fixture(scope="module")
def debian():
    if PROGRAMS is None:
        pytest.skip("apt install postgresql")
    folder = Path("/tmp") / f"saisines-debian-{os.getpid()}"  # short: the path of a socket is limited
    folder.mkdir(mode=0o755)
    try:
        with debian_server(folder) as url:
            yield url
    finally:
        shutil.rmtree(folder)


@pytest.mark.long
def test_everything_holds_on_debians_server(debian):
    files = [str(HERE / f"test_{name}.py") for name in SUBJECTS]
    environment = {**os.environ, "SAISINES_TEST_DATABASE_URL": debian}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", *files], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:]


def drafted(home, inbox, **environment):
    """Take the inbox to its drafts by the command line, in this home; gives the bytes of each statement by convention."""
    saisines = Path(sys.executable).with_name("saisines")
    around = {
        **os.environ,
        "SAISINES_HOME": str(home),
        "SAISINES_PSEUDONYM_KEY": "une clef pour cet essai",
        **environment,
    }
    for command in (
        ["init", "--conventions", inbox / "conventions", "--associations", inbox / "associations.csv"],
        ["ingest", inbox, "--file-dates"],
        ["draft", "2026-T1"],
    ):
        subprocess.run([saisines, *command], env=around, check=True, capture_output=True)
    return {path.parent.name: path.read_bytes() for path in (home / "out" / "2026-T1").glob("*/releve.json")}


@pytest.mark.long
def test_the_same_inbox_gives_the_same_statements_on_debians_server(debian, tmp_path):
    from etl.jobs.running import sample

    sample.run(tmp_path / "inbox", 300)
    embedded = drafted(tmp_path / "embedded", tmp_path / "inbox")
    served = drafted(tmp_path / "served", tmp_path / "inbox", SAISINES_DATABASE_URL=debian)
    assert len(embedded) == 4
    assert served == embedded
    assert not (tmp_path / "served" / "postgres").exists()
