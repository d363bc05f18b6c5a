"""What the environment says. The only module that reads it, and the only one that reads the clock.

Variables:
    SAISINES_HOME: where the state lives, default `.saisines/` in the working directory.
    SAISINES_INBOX: the folder that the DAGs take files from, default `inbox/` in the home.
    SAISINES_DATABASE_URL: a PostgreSQL server (15 or later) instead of the embedded one.
    SAISINES_PSEUDONYM_KEY: the secret of the pseudonyms, instead of the generated file.
    SAISINES_APPROVAL: `desk` closes the commands that approve, which the desk then does alone.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import stat
from contextlib import suppress
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


def child_environment(**changes: str) -> dict[str, str]:
    """This process's environment for a child, with these changes.

    Airflow's own variables are left out: a demonstration must not reach an Airflow that the user runs for real. Its
    processes speak to one another over the loopback, which no proxy leads to.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    direct = ",".join(filter(None, [kept.get("no_proxy") or kept.get("NO_PROXY"), "127.0.0.1,localhost"]))
    return kept | {"SAISINES_HOME": str(home()), "no_proxy": direct, "NO_PROXY": direct} | changes


def database_url() -> str | None:
    """The address of the PostgreSQL server to use instead of the embedded one, or None."""
    return os.environ.get("SAISINES_DATABASE_URL") or None


def approval_at_desk() -> bool:
    """Whether submit, approve, reject and finalise are closed on the command line."""
    return os.environ.get("SAISINES_APPROVAL", "").strip().lower() == "desk"


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


def pseudonym_key() -> bytes:
    """The secret of the pseudonyms: from the environment, else from a file of its owner alone, made when missing.

    Raises:
        SaisinesError: if the secret is too short, lies inside the home, or can be read by others.
    """
    given = os.environ.get("SAISINES_PSEUDONYM_KEY")
    key = given.encode() if given else _key_of_file(key_file())
    if len(key) < KEY_LENGTH_MIN:
        raise SaisinesError(
            f"La clé des pseudonymes est trop courte : {KEY_LENGTH_MIN} caractères au moins sont attendus."
        )
    return key


def key_file() -> Path:
    """Where the generated secret lives: in the user's configuration, outside the home."""
    folder = os.environ.get("XDG_CONFIG_HOME")
    return (Path(folder) if folder else Path.home() / ".config") / "saisines" / "pseudonymes.key"


def _key_of_file(path: Path) -> bytes:
    if path.resolve().is_relative_to(home().resolve()):
        raise SaisinesError(
            f"{path} : la clé des pseudonymes ne doit pas se trouver dans SAISINES_HOME ; déplacez l’un des deux."
        )
    try:
        _make_key(path)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SaisinesError(f"{path} : d’autres que son propriétaire peuvent lire la clé ; faites « chmod 600 ».")
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise SaisinesError(
            f"{path} : clé des pseudonymes illisible ({error.strerror}) ; renseignez SAISINES_PSEUDONYM_KEY."
        ) from error
    except ValueError as error:
        raise SaisinesError(f"{path} : la clé des pseudonymes est abîmée ; restaurez ce fichier.") from error


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
