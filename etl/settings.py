"""What the environment says. The only module that reads it, and the only one that reads the clock.

Variables:
    SAISINES_HOME: where the state lives, default `.saisines/` in the working directory.
    SAISINES_INBOX: the folder that the DAGs take files from, default `inbox/` in the home.
    SAISINES_SOURCES: the file that declares the sources, default `sources.yaml` in the home; without it, the inbox.
    SAISINES_BACKUPS: the folder that the nightly backup is written to, on another disk; none is made without it.
    SAISINES_DATABASE_URL: a PostgreSQL server (15 or later) instead of the embedded one.
    SAISINES_PSEUDONYM_KEY: the secret of the pseudonyms, instead of the generated file.
    SAISINES_STORAGE_KEY: the secret that landed files and backups are encrypted with, instead of the generated file.
    SAISINES_APPROVAL: `desk` closes the commands that approve, which the desk then does alone.
    SAISINES_MAIL_COORDINATION, _FINANCE, _DATA, _PSYCHOLOGUE: who is told what the watch finds, addresses with commas.
    SAISINES_DESK_URL: the address of the desk, which messages lead to.
    SAISINES_LOG: where the jobs' JSON lines go: a file, `stderr`, `off`; by default a file a month in `logs/` of the home.
    SAISINES_STATSD: `host:port` of a StatsD server; without it no metric leaves.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from etl.model.errors import SaisinesError

KEY_BYTES = 32
KEY_LENGTH_MIN = 16


def home() -> Path:
    """The folder of the state, absolute, whether it exists or not."""
    return Path(os.environ.get("SAISINES_HOME") or ".saisines").expanduser().absolute()


def inbox() -> Path:
    """The folder that the DAGs take files from, absolute, whether it exists or not."""
    given = os.environ.get("SAISINES_INBOX")
    return Path(given).expanduser().absolute() if given else home() / "inbox"


def sources_file() -> Path:
    """The file that declares the sources that the DAGs pull from, absolute, whether it exists or not."""
    given = os.environ.get("SAISINES_SOURCES")
    return Path(given).expanduser().absolute() if given else home() / "sources.yaml"


def backups() -> Path | None:
    """The folder of the nightly backups, absolute; None when no one named it."""
    given = os.environ.get("SAISINES_BACKUPS")
    return Path(given).expanduser().absolute() if given else None


def child_environment(**changes: str) -> dict[str, str]:
    """This process's environment for a child, with these changes.

    Airflow's own variables are left out: a demonstration must not reach an Airflow that the user runs for real. Its
    processes speak to one another over the loopback, which no proxy leads to.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    direct = ",".join(filter(None, [kept.get("no_proxy") or kept.get("NO_PROXY"), "127.0.0.1,localhost"]))
    return kept | {"SAISINES_HOME": str(home()), "no_proxy": direct, "NO_PROXY": direct} | changes


def airflow_environment() -> dict[str, str]:
    """This process's environment for a command of the Airflow whose task it is, which tasks are kept from the database of."""
    barred = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__SQL_ALCHEMY_CONN"}
    return {name: value for name, value in os.environ.items() if name not in barred or "not-allowed" not in value}


def database_url() -> str | None:
    """The address of the PostgreSQL server to use instead of the embedded one, or None."""
    return os.environ.get("SAISINES_DATABASE_URL") or None


def real_work() -> list[str]:
    """The variables that are set and lead to something real, which a demonstration must not reach."""
    names = ("SAISINES_DATABASE_URL", "SAISINES_INBOX", "SAISINES_SOURCES", "SAISINES_BACKUPS")
    return [name for name in names if os.environ.get(name)]


def approval_at_desk() -> bool:
    """Whether submit, approve, reject and finalise are closed on the command line."""
    return os.environ.get("SAISINES_APPROVAL", "").strip().lower() == "desk"


def addresses(role: str) -> list[str]:
    """Who is written to for a role of the watch (`coordination`, `finance`, `data`, `psychologue`); none: nobody yet."""
    given = os.environ.get(f"SAISINES_MAIL_{role.upper()}", "")
    return [one.strip() for one in given.split(",") if one.strip()]


def desk_url() -> str | None:
    """The address of the desk as its users reach it, or None."""
    return (os.environ.get("SAISINES_DESK_URL") or "").strip().rstrip("/") or None


def log_target(folder: Path) -> str | None:
    """Where the JSON lines of a home's jobs go: a path, or `stderr`; None is nowhere. `%Y-%m` in a path is the month."""
    given = os.environ.get("SAISINES_LOG") or str(folder / "logs" / "saisines-%Y-%m.jsonl")
    return None if given == "off" else given


def statsd() -> tuple[str, int] | None:
    """Host and port of the StatsD server that metrics go to, or None.

    Raises:
        SaisinesError: it is not written `host:port`.
    """
    given = os.environ.get("SAISINES_STATSD")
    if not given:
        return None
    host, separator, port = given.rpartition(":")
    if not separator or not host or not port.isdecimal():
        raise SaisinesError("SAISINES_STATSD : une adresse comme 127.0.0.1:8125 est attendue.")
    return host.strip("[]"), int(port)


def now() -> datetime:
    """The present instant, in UTC, aware."""
    return datetime.now(UTC)


def system_user() -> str:
    """The account that runs this process, as the operating system knows it."""
    with suppress(KeyError):
        return pwd.getpwuid(os.getuid()).pw_name
    return str(os.getuid())


def key_id(key: bytes) -> str:
    """What is stored beside pseudonyms to say which key made them: 8 hexadecimal digits that do not give it away."""
    return hashlib.sha256(key).hexdigest()[:8]


@dataclass(frozen=True)
class Secret:
    """One of our secrets: one key a purpose, so that what one opens says nothing of the other.

    Attributes:
        variable: of the environment, which wins.
        file_name: of the generated file, in the user's configuration.
        label: what people call it.
    """

    variable: str
    file_name: str
    label: str


PSEUDONYMS = Secret("SAISINES_PSEUDONYM_KEY", "pseudonymes.key", "clé des pseudonymes")
STORAGE = Secret("SAISINES_STORAGE_KEY", "chiffrement.key", "clé de chiffrement")


def pseudonym_key(*, make: bool = True) -> bytes:
    """The secret of the pseudonyms: from the environment, else from a file of its owner alone, made when missing.

    Raises:
        SaisinesError: if the secret is too short, lies inside the home, or can be read by others.
    """
    return _secret(PSEUDONYMS, make=make)


def storage_key(*, make: bool = True) -> bytes:
    """The secret of landed files and backups, as `pseudonym_key`.

    Args:
        make: whether a missing file is made, in a home where nothing landed yet: what was written with a lost key is not
            read with a new one.
    """
    return _secret(STORAGE, make=make and not (home() / "landing").exists())


def key_file(secret: Secret = PSEUDONYMS) -> Path:
    """Where the generated secret lives: in the user's configuration, outside the home."""
    folder = os.environ.get("XDG_CONFIG_HOME")
    return (Path(folder) if folder else Path.home() / ".config") / "saisines" / secret.file_name


def key_from_environment(secret: Secret) -> bool:
    """Whether the environment gives this secret, so that its file is not read."""
    return bool(os.environ.get(secret.variable))


def read_key_file(path: Path, secret: Secret, *, make: bool) -> bytes:
    """Read a secret from a file of its owner alone, outside the home.

    Raises:
        SaisinesError: it is missing and not to be made, damaged, inside the home, or others can read it.
    """
    if path.resolve().is_relative_to(home().resolve()):
        raise SaisinesError(
            f"{path} : la {secret.label} ne doit pas se trouver dans SAISINES_HOME ; déplacez l’un des deux."
        )
    try:
        if make:
            _make_key(path)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SaisinesError(f"{path} : d’autres que son propriétaire peuvent lire la clé ; faites « chmod 600 ».")
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError as error:
        raise SaisinesError(
            f"{path} : pas de {secret.label} ici ; renseignez {secret.variable} ou remettez ce fichier à sa place."
        ) from error
    except OSError as error:
        raise SaisinesError(
            f"{path} : {secret.label} illisible ({error.strerror}) ; renseignez {secret.variable}."
        ) from error
    except ValueError as error:
        raise SaisinesError(f"{path} : la {secret.label} est abîmée ; restaurez ce fichier.") from error


def new_key(path: Path, secret: Secret) -> bytes:
    """The key of a file as it will be: hexadecimal where a file gives the secret, a text where the environment does."""
    key = read_key_file(path, secret, make=True)
    return path.read_text(encoding="ascii").strip().encode() if key_from_environment(secret) else key


def _secret(secret: Secret, *, make: bool) -> bytes:
    given = os.environ.get(secret.variable)
    key = given.encode() if given else read_key_file(key_file(secret), secret, make=make)
    if len(key) < KEY_LENGTH_MIN:
        raise SaisinesError(f"La {secret.label} est trop courte : {KEY_LENGTH_MIN} caractères au moins sont attendus.")
    return key


def _make_key(path: Path) -> None:
    """Make the file of the key unless it exists; of two processes at once, one makes it and both read the same."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
