"""Where the bytes of each file land, untouched, before anything is read of them."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from etl.model.errors import SaisinesError

FOLDER = "landing"
MAX_BYTES = 1 << 28


@dataclass(frozen=True)
class Landed:
    """A file as it landed.

    Attributes:
        sha256: of its bytes, which is also its name there.
        path: of the copy, relative to the home.
        size: in bytes.
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


def land(home: Path, content: bytes) -> Landed:
    """Keep the bytes of a file, readable by their owner only. The same bytes land once; a crash leaves no half of them.

    Raises:
        SaisinesError: the home cannot be written.
    """
    sha256 = sha256_of(content)
    relative = Path(FOLDER) / sha256[:2] / sha256
    try:
        _write(home / relative, content)
    except OSError as error:
        raise SaisinesError(
            f"{home / FOLDER} : écriture impossible ({error.strerror}) ; vérifiez les droits et la place."
        ) from error
    return Landed(sha256, relative.as_posix(), len(content))


def _write(path: Path, content: bytes) -> None:
    if path.exists():
        return
    path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_landed(home: Path, path: str | None, sha256: str) -> bytes | None:
    """Read a landed copy again; None if it was purged or is no longer what it was."""
    file = home / path if path else None
    content = file.read_bytes() if file and file.is_file() else None
    return content if content is not None and sha256_of(content) == sha256 else None
