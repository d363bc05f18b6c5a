"""Drops on a real OpenSSH server: dates, attribution, uploads under way, cuts, silence, lies of names, refusals."""

import getpass
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from etl.jobs.intake import pull
from etl.jobs.intake.pull import Taken
from etl.model.errors import AwayError, SaisinesError
from etl.scheduler.processes import free_port
from etl.sources.pull import item

from .conftest import AT, Desk, dated
from .given import fiche, journal, listening, wire

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not Path(SSHD).exists(), reason="openssh-server is not on this machine"),
]
CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
Subsystem sftp /usr/lib/openssh/sftp-server
"""


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """A server of our own on a free port, with keys made for the test."""
    folder, port = tmp_path_factory.mktemp("sshd"), free_port()
    for name in ("host_key", "user_key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    (folder / "sshd_config").write_text(CONFIG.format(port=port, folder=folder))
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([SSHD, "-D", "-e", "-f", folder / "sshd_config"], stderr=log)
    listening(port)
    yield port, folder
    server.terminate()
    server.wait()


@pytest.fixture
def drop(desk: Desk, sshd: tuple[int, Path], tmp_path: Path) -> Path:
    """A folder of the server, and the connection to it."""
    connect(desk, sshd, sshd[0])
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


def connect(desk: Desk, sshd: tuple[int, Path], port: int, **more: object) -> None:
    _, keys = sshd
    extra = {"key_file": str(keys / "user_key"), "host_key": (keys / "host_key.pub").read_text().strip()}
    desk.connection("drop", conn_type="sftp", host="127.0.0.1", port=port, login=getpass.getuser(), extra=extra | more)


def declare(desk: Desk, folder: Path, **more: object) -> None:
    said = {"nom": "depot", "type": "sftp", "porte": "fiches", "connexion": "drop", "chemin": str(folder)} | more
    desk.declare("  - {" + ", ".join(f"{name}: {value}" for name, value in said.items()) + "}\n")


def put(folder: Path, name: str, content: bytes, instant: str = "2026-04-10T00:30:00+02:00") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    dated(path, instant)
    return path


def test_the_platform_drops_its_journal_and_nothing_is_removed(desk, drop):
    put(drop, "2026/mars.csv", journal(1, 2), "2026-04-02T23:59:59+02:00")
    declare(desk, drop, porte="journal")
    assert desk.pull("depot") == Taken(received=1)
    assert desk.received() == [("plateforme", "2026/mars.csv", "2026-04-02", "source")]
    assert desk.pull("depot") == Taken()
    assert (drop / "2026" / "mars.csv").exists()


def test_an_account_is_one_association_s_or_its_folders_say_whose(desk, drop):
    put(drop, "AAV002/t1.xlsx", fiche())
    put(drop, "t1.xlsx", fiche("04/01/2026"))
    declare(desk, drop)
    declare(desk, drop, nom="depot-une", association="AAV001")
    assert desk.pull("depot") == Taken(received=1, held=1)
    assert desk.pull("depot-une") == Taken(received=2)
    assert sorted(row[:3] for row in desk.received()) == [
        ("AAV001", "AAV002/t1.xlsx", "2026-04-10"),
        ("AAV001", "t1.xlsx", "2026-04-10"),
        ("AAV002", "AAV002/t1.xlsx", "2026-04-10"),
    ]


def test_a_file_still_being_written_waits_for_the_next_pass(desk, drop):
    put(drop, "t1.xlsx", fiche(), (AT - timedelta(seconds=20)).isoformat())
    put(drop, "t2.xlsx.filepart", fiche())
    declare(desk, drop, association="AAV001")
    assert desk.pull("depot") == Taken()
    assert desk.pull("depot", AT + timedelta(seconds=60)) == Taken(received=1)


def test_a_clock_ahead_at_the_server_holds_nothing_up(desk, drop):
    put(drop, "t1.xlsx", fiche(), "2031-01-01T00:00:00+01:00")
    declare(desk, drop, association="AAV001")
    assert desk.pull("depot") == Taken(received=1)
    assert desk.received()[0][2] == "2026-07-20"


def test_links_are_not_followed_out_of_the_folder(desk, drop, tmp_path):
    put(tmp_path, "secret/AAV001.xlsx", fiche())
    (drop / "lien").symlink_to(tmp_path / "secret")
    (drop / "lien.xlsx").symlink_to(tmp_path / "secret" / "AAV001.xlsx")
    declare(desk, drop, association="AAV001")
    assert desk.pull("depot") == Taken()


def test_hostile_names_are_shown_without_harm(desk, drop):
    content = fiche()
    for name in ("x\\..\\..\\evil.xlsx", "=1+1\x1b[31m.xlsx", "\u202exslx.facture.xlsx", "a" * 240 + ".xlsx"):
        put(drop, name, content, "2026-04-10T12:00:00+02:00")
    declare(desk, drop, association="AAV001")
    assert desk.pull("depot") == Taken(received=1, known=3)
    name = str(desk.received()[0][1])
    assert name.isprintable()
    assert ".." not in name
    assert len(name) <= item.MAX_NAME


def test_a_name_that_is_no_text_stops_no_other_file(desk, drop):
    content = fiche()
    put(drop, "t1.xlsx", content)
    (Path(os.fsdecode(bytes(drop) + b"/\xff\xe9.xlsx"))).write_bytes(content)
    declare(desk, drop, association="AAV001")
    assert desk.pull("depot") == Taken(received=1, known=1)


def test_a_cut_half_way_lands_nothing_of_that_file_and_the_next_pass_goes_on(desk, drop, sshd):
    put(drop, "1.csv", journal(1), "2026-04-01T12:00:00+02:00")
    put(drop, "2.csv", journal(*range(100, 9000)), "2026-04-01T12:00:00+02:00")
    declare(desk, drop, porte="journal")
    with wire(sshd[0]) as line:
        connect(desk, sshd, line.port, compress="false")
        line.cut_after = 60_000
        with pytest.raises(AwayError, match="depot"):
            desk.pull("depot")
        assert [row[1] for row in desk.received()] == ["1.csv"]
        landed = [path for path in (desk.home / "landing").rglob("*") if path.is_file()]
        assert len(landed) == 1
        line.cut_after = None
        assert desk.pull("depot") == Taken(received=1)
    assert [row[1] for row in desk.received()] == ["1.csv", "2.csv"]


def test_a_server_that_falls_silent_is_left_after_a_while(desk, drop, sshd):
    put(drop, "2.csv", journal(*range(100, 9000)))
    declare(desk, drop, porte="journal", delai=2)
    with wire(sshd[0]) as line:
        connect(desk, sshd, line.port, compress="false")
        line.cut_after, line.hang = 60_000, True
        with pytest.raises(AwayError):
            desk.pull("depot")


@pytest.mark.timeout(300)
def test_a_server_that_drips_is_left_though_it_is_never_silent(desk, drop, sshd, monkeypatch):
    put(drop, "2.csv", journal(*range(100, 9000)))
    declare(desk, drop, porte="journal")
    monkeypatch.setattr(item, "PATIENCE_S", 2)
    monkeypatch.setattr(item, "SLOWEST_BYTES_S", 1 << 20)
    with wire(sshd[0]) as line:
        connect(desk, sshd, line.port, compress="false")
        line.cut_after, line.drip = 60_000, 0.2
        with pytest.raises(AwayError, match="a coupé"):
            desk.pull("depot")
    assert desk.received() == []


def test_a_file_larger_than_any_fiche_is_held_and_not_read(desk, drop, monkeypatch):
    put(drop, "gros.xlsx", fiche() + b"\0" * 100_000)
    declare(desk, drop, association="AAV001")
    monkeypatch.setattr(item.read_whole, "__defaults__", (50_000,))
    assert desk.pull("depot") == Taken(held=1)
    [row] = desk.held()
    assert "plus de 256 Mo" in str(row["reason"])
    assert row["landed"] is None


def test_a_zip_bomb_fails_alone(desk, drop):
    import io
    import zipfile

    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (1 << 28))
    put(drop, "a.xlsx", bomb.getvalue())
    put(drop, "b.xlsx", fiche())
    declare(desk, drop, association="AAV001")
    assert desk.pull("depot") == Taken(received=1, failed=1)


def test_what_was_received_is_removed_only_when_told_at_the_next_pass(desk, drop):
    put(drop, "t1.xlsx", fiche())
    put(drop, "note.pdf", b"%PDF")
    declare(desk, drop, association="AAV001", supprimer="true")
    assert desk.pull("depot") == Taken(received=1, held=1)
    assert (drop / "t1.xlsx").exists()
    assert desk.pull("depot") == Taken()
    assert [path.name for path in drop.iterdir()] == ["note.pdf"]


def test_a_server_that_refuses_is_no_matter_of_patience(desk, drop, sshd):
    declare(desk, drop)
    declare(desk, drop / "absent", nom="absent")
    with pytest.raises(SaisinesError, match="FileNotFoundError") as refused:
        desk.pull("absent")
    assert not isinstance(refused.value, AwayError)
    other = (sshd[1] / "user_key.pub").read_text().strip()
    connect(desk, sshd, sshd[0], host_key=other)
    with pytest.raises(SaisinesError, match="refuse") as refused:
        desk.pull("depot")
    assert not isinstance(refused.value, AwayError)
    desk.connection("drop", conn_type="sftp", host="127.0.0.1", port=sshd[0], login="nobody", password="x")
    with pytest.raises(SaisinesError, match="clé du serveur n’est pas connue"):
        desk.pull("depot")


def test_a_server_that_is_down_or_a_connection_that_is_not_there(desk, drop, sshd):
    declare(desk, drop)
    connect(desk, sshd, free_port())
    with pytest.raises(AwayError):
        desk.pull("depot")
    declare(desk, drop, nom="ailleurs", connexion="aucune")
    with pytest.raises(SaisinesError, match="sa connexion n’existe pas dans Airflow"):
        desk.pull("ailleurs")


def test_two_passes_at_once_take_a_file_in_once(desk, drop, monkeypatch):
    put(drop, "t1.xlsx", fiche())
    declare(desk, drop, association="AAV001")
    together, gather = threading.Barrier(2, timeout=120), pull._gather

    def gathered(*given):  # both have seen the file as new before either takes it in
        found = gather(*given)
        together.wait()
        return found

    monkeypatch.setattr(pull, "_gather", gathered)
    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(lambda _: pull.run(desk.home, "depot", AT), range(2)))
    assert sorted((one.received, one.known) for one in taken) == [(0, 1), (1, 0)]
    assert len(desk.received()) == 1
