"""Where the bytes of each file land, untouched, before anything is read of them. They lie there encrypted."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from etl.model.errors import AwayError, SaisinesError
from etl.sources.sealing import HEADER_BYTES, DamagedError, key_id, key_id_of, seal, unseal

FOLDER = "landing"
MAX_BYTES = 1 << 28


@dataclass(frozen=True)
class Landed:
    """A file as it landed.

    Attributes:
        sha256: of its plain bytes, which is also its name there.
        path: of the encrypted copy, relative to the home.
        size: of the file as it came, in bytes.
    """

    sha256: str
    path: str
    size: int


def read_bytes(path: Path, name: str) -> bytes:
    """Read a file of the inbox.

    Raises:
        SaisinesError: it cannot be read, or is larger than any journal or fiche.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SaisinesError(
                f"{name} : plus de {MAX_BYTES >> 20} Mo, ce n’est ni un journal ni une fiche ; vérifiez le fichier."
            )
        return path.read_bytes()
    except OSError as error:
        raise SaisinesError(
            f"{name} : lecture impossible ({error.strerror}) ; vérifiez les droits sur ce fichier."
        ) from error


def sha256_of(content: bytes) -> str:
    """The SHA-256 of a file's bytes, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def land(home: Path, content: bytes, secret: bytes) -> Landed:
    """Keep the bytes of a file, encrypted. The same bytes land once; a crash leaves no half of them.

    Args:
        home: the folder of the state.
        content: the bytes as they came.
        secret: `settings.storage_key()`.

    Raises:
        AwayError: the home cannot be written, its disk being full for instance.
    """
    sha256 = sha256_of(content)
    relative = Path(FOLDER) / sha256[:2] / sha256
    try:
        if not _is_there(home / relative, secret):
            write(home / relative, seal(content, secret))
    except OSError as error:
        raise AwayError(
            f"{home / FOLDER} : écriture impossible ({error.strerror}) ; vérifiez les droits et la place."
        ) from error
    return Landed(sha256, relative.as_posix(), len(content))


def _is_there(path: Path, secret: bytes) -> bool:
    """Whether these bytes have landed, under the key of today."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        return key_id_of(file.read(HEADER_BYTES)) == key_id(secret)
    return False


def write(path: Path, sealed: bytes) -> None:
    """Put a file in the store, readable by its owner only, in one step: whole or not at all."""
    path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def places(home: Path, before: datetime) -> list[str]:
    """Where the copies lie that landed before an instant, relative to the home."""
    files = [path for path in (home / FOLDER).rglob("*") if path.is_file()]
    old = [path for path in files if path.stat().st_mtime < before.timestamp()]
    return sorted(relative for path in old if is_place(relative := path.relative_to(home).as_posix()))


def remove(home: Path, path: str) -> None:
    """Delete a landed copy; one that is gone already is no fault."""
    if is_place(path):
        (home / path).unlink(missing_ok=True)
        with suppress(OSError):  # another copy lies there
            (home / path).parent.rmdir()


def is_place(path: str) -> bool:
    """Whether this is where a landed file lies, relative to the home."""
    return re.fullmatch(rf"{FOLDER}/([0-9a-f]{{2}})/\1[0-9a-f]{{62}}", path) is not None


def read_landed(home: Path, path: str | None, sha256: str, secret: bytes) -> bytes | None:
    """Read a landed copy again; None if it was purged or is no longer what it was.

    Raises:
        SaisinesError: it was encrypted with another key than this one.
    """
    file = home / path if path else None
    sealed = file.read_bytes() if file and file.is_file() else b""
    if key_id_of(sealed[:HEADER_BYTES]) is None:
        return None
    try:
        content = unseal(sealed, secret, f"{FOLDER}/{sha256[:12]}…")
    except DamagedError:
        return None
    return content if sha256_of(content) == sha256 else None
