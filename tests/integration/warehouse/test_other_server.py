"""The same tests on Debian's PostgreSQL 15, as a role that is no superuser."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

HERE = Path(__file__).parent
PROGRAMS = next(
    (path for path in sorted(Path("/usr/lib/postgresql").glob("*/bin")) if (path / "initdb").exists()), None
)
SUBJECTS = ("schema", "life", "immutable", "rows", "jobs", "decide")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


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


@pytest.mark.long
@pytest.mark.skipif(PROGRAMS is None, reason="apt install postgresql")
def test_everything_holds_on_debians_server():
    folder = Path("/tmp") / f"saisines-debian-{os.getpid()}"
    folder.mkdir(mode=0o755)
    try:
        with debian_server(folder) as url:
            files = [str(HERE / f"test_{name}.py") for name in SUBJECTS]
            environment = {**os.environ, "SAISINES_TEST_DATABASE_URL": url}
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-x", *files], env=environment, capture_output=True, text=True
            )
        assert done.returncode == 0, done.stdout[-3000:]
    finally:
        shutil.rmtree(folder)
