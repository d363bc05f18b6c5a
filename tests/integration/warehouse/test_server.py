"""The embedded server: shared, stopped by its last user, and started again after whatever was killed."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from etl.model.errors import AwayError, SaisinesError
from etl.warehouse import arrow, cluster
from etl.warehouse.server import address_of, airflow_url, connect, make_engine, plain_address, running, stop

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _embedded(monkeypatch):
    monkeypatch.delenv("SAISINES_DATABASE_URL", raising=False)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A home with a cluster and a table of one row, its server stopped."""
    home = tmp_path_factory.mktemp("original") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SAISINES_DATABASE_URL", raising=False)
        with running(home, create=True) as url, psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    return home


@pytest.fixture
def made(original, tmp_path):
    """A copy of that home."""
    subprocess.run(["cp", "-a", str(original), str(tmp_path / "home")], check=True)
    return tmp_path / "home"


def rows(url):
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT n FROM kept").fetchall()


def is_up(home):
    return cluster.running(home / "postgres") is not None


def script(text, *arguments):
    command = [sys.executable, "-c", text, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


HOLD = """
import sys, time
from pathlib import Path
from etl.warehouse.server import running
with running(Path(sys.argv[1]), create=True) as url:
    print("up", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def test_a_home_without_warehouse_says_to_run_init(tmp_path):
    with pytest.raises(SaisinesError, match="saisines init"), connect(tmp_path / "nothing"):
        pass
    assert not (tmp_path / "nothing").exists()


def test_an_empty_database_says_to_run_init(made):
    with pytest.raises(SaisinesError, match="saisines init"), connect(made):
        pass
    assert not is_up(made)


def test_the_last_user_stops_the_server(made):
    with running(made), running(made):
        assert is_up(made)
    assert not is_up(made)


def test_the_server_stays_when_told_to_until_stopped(made):
    with running(made, stay=True):
        pass
    with running(made):
        pass
    assert is_up(made)
    stop(made)
    assert not is_up(made)
    with running(made):
        pass
    assert not is_up(made)


def test_a_server_killed_in_use_starts_again_with_what_was_committed(made):
    with running(made):
        os.kill(cluster.running(made / "postgres").pid, signal.SIGKILL)
    with running(made) as url:
        assert rows(url) == [(1,)]
    assert not is_up(made)


def test_a_killed_command_leaves_a_home_that_the_next_one_uses_and_closes(made):
    command = script(HOLD, made, 600)
    assert command.stdout.readline() == "up\n"
    command.kill()
    command.wait()
    assert is_up(made)
    with running(made) as url:
        assert rows(url) == [(1,)]
    assert not is_up(made)


def test_a_stale_pid_file_that_names_a_living_process_is_thrown_away(made):
    data = made / "postgres"
    lines = [str(os.getpid()), str(data), "0", "5432", str(data), "", "", "ready   "]
    (data / "postmaster.pid").write_text("\n".join(lines) + "\n")
    with running(made) as url:
        assert rows(url) == [(1,)]


@pytest.mark.parametrize("content", ["", "not a number\n", "999999\n"])
def test_a_damaged_pid_file_is_thrown_away(made, content):
    (made / "postgres" / "postmaster.pid").write_text(content)
    with running(made) as url:
        assert rows(url) == [(1,)]


def test_a_server_that_a_full_disk_keeps_from_starting_is_away_and_says_so(made, monkeypatch):
    monkeypatch.setattr(cluster, "_run", lambda *_, **__: 1)
    with pytest.raises(AwayError, match=r"ne démarre pas ; la raison est à la fin de .*server\.log"), running(made):
        pass
    monkeypatch.setattr("shutil.disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 4096))
    with pytest.raises(AwayError, match="ne démarre pas ; le disque est plein"), running(made):
        pass


def test_stale_sockets_and_locks_do_not_matter(made):
    (made / "postgres" / ".s.PGSQL.5432").write_text("")
    (made / "postgres" / ".s.PGSQL.5432.lock").write_text("999999\n")
    (made / "postgres.lock").write_text("")
    with running(made) as url:
        assert rows(url) == [(1,)]


def test_a_half_made_cluster_is_thrown_away(tmp_path):
    home = tmp_path / "home"
    (home / "postgres.new.left").mkdir(parents=True)
    (home / "postgres.new.left" / "PG_VERSION").write_text("18\n")
    with running(home, create=True) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not list(home.glob("postgres.new*"))


def test_a_server_without_its_database_is_given_it(made):
    """A command killed between the server's first start and its database leaves this."""
    with running(made):
        address = cluster.address(cluster.running(made / "postgres"), "postgres")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("DROP DATABASE saisines")
        with running(made) as url, psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_commands_started_at_once_share_one_server_and_close_it(tmp_path):
    home = tmp_path / "home"
    commands = [script(HOLD, home, 0.5) for _ in range(4)]
    assert [command.communicate(timeout=600)[0] for command in commands] == ["up\n"] * 4
    assert [command.returncode for command in commands] == [0] * 4
    assert not is_up(home)


@pytest.mark.parametrize("name", ["x" * 150, "état de marche", "l'été $HOME `id` 1+1", 'a,b "c"'])
def test_paths_too_long_for_a_socket_or_ill_written_work_by_every_driver(tmp_path, name):
    home = tmp_path / name
    for create in (True, False):
        with running(home, create=create) as url, psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
            for role in (None, "saisines"):
                with arrow.snapshot(address_of(make_engine(url, role))) as snapshot:
                    assert arrow.read(snapshot, "SELECT 1 AS n").to_pydict() == {"n": [1]}
            beside = airflow_url(home).replace("postgresql+psycopg2", "postgresql")
            with psycopg.connect(beside) as other, make_engine(beside).connect():
                assert other.execute("SELECT current_database()").fetchone() == ("airflow",)
    assert not is_up(home)


def test_nobody_else_enters_the_data_or_the_socket(made):
    with running(made, create=True):
        postmaster = cluster.running(made / "postgres")
        assert (made / "postgres").stat().st_mode & 0o077 == 0
        assert postmaster.socket_folder.stat().st_mode & 0o077 == 0
        assert (postmaster.socket_folder / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0
        assert made.stat().st_mode & 0o066 == 0


def test_a_home_that_is_a_file_is_refused_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SaisinesError, match="SAISINES_HOME") as refused, running(tmp_path / "file", create=True):
        pass
    assert "\n" not in refused.value.message


def test_an_error_in_the_block_passes_as_it_is_and_the_server_stops(made):
    with pytest.raises(FileNotFoundError), running(made):
        (made / "absent").read_text()
    assert not is_up(made)


def as_nobody(what):
    """Runs a function in a fork under another account; gives what it wrote. Imports are done before: not all can be read."""
    receive, send = os.pipe()
    if os.fork() == 0:
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            os.write(send, what().encode())
        except BaseException as error:
            os.write(send, repr(error).encode())
        finally:
            os._exit(0)
    os.close(send)
    with os.fdopen(receive) as pipe:
        return pipe.read()


def use(home):
    with running(home, create=True) as url, psycopg.connect(url) as connection:
        return f"{connection.execute('SELECT 1').fetchone()} {(home / 'postgres').stat().st_uid}"


@pytest.mark.skipif(os.geteuid() != 0, reason="changes user")
def test_an_ordinary_user_has_a_server_and_one_without_permission_a_clear_line(tmp_path):
    for folder in (tmp_path, *tmp_path.parents):
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o001)
    own, closed = tmp_path / "own", tmp_path / "closed"
    own.mkdir()
    os.chown(own, 65534, 65534)
    closed.mkdir(mode=0o755)
    assert as_nobody(lambda: use(own / "home")) == "(1,) 65534"
    assert "closed/home : Permission denied ; SAISINES_HOME" in as_nobody(lambda: use(closed / "home"))


def test_airflow_has_its_own_database_in_the_same_server(made):
    with running(made):
        first, second = airflow_url(made), airflow_url(made)
    assert first == second
    assert first.startswith("postgresql+psycopg2://")
    assert "/airflow" in first


@pytest.mark.parametrize("given", ["postgresql+psycopg://u:p@h/d", "postgres://u:p@h/d", "postgresql://u:p@h/d"])
def test_the_address_of_a_server_may_name_a_driver(given):
    assert plain_address(given) == "postgresql://u:p@h/d"


def test_an_address_of_another_database_is_refused():
    with pytest.raises(SaisinesError, match="postgresql://"):
        plain_address("sqlite:///x")


def test_a_server_that_does_not_answer_is_said_in_one_line(monkeypatch, tmp_path):
    monkeypatch.setenv("SAISINES_DATABASE_URL", "postgresql://127.0.0.1:1/nothing")
    with pytest.raises(AwayError, match="ne répond pas") as refused, connect(tmp_path):
        pass
    assert "\n" not in refused.value.message
