"""A backup file: members one after the other (tar), compressed, sealed. Written and read in one pass, whatever its size."""

from __future__ import annotations

import gzip
import hashlib
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Any, cast

from etl.model.errors import AwayError, SaisinesError
from etl.sources.sealing import Opener, Sealer

LEVEL = 3  # of compression: landed files, already encrypted, gain nothing, rows do at any level


class Writer:
    """Adds members to a backup file."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive

    def add(self, name: str, content: bytes) -> None:
        """Add one member; several of one name are pieces of one thing."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o600
        self._archive.addfile(member, BytesIO(content))


@contextmanager
def writing(path: Path, secret: bytes) -> Iterator[Writer]:
    """Write a backup file in one step: the name exists once everything is in it and on the disk.

    Raises:
        SaisinesError: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            sealer = Sealer(file, secret)
            with (
                gzip.GzipFile(
                    filename="", fileobj=cast("IO[bytes]", sealer), mode="wb", compresslevel=LEVEL, mtime=0
                ) as packed,
                tarfile.open(fileobj=packed, mode="w|") as archive,
            ):
                yield Writer(archive)
            sealer.finish()
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise AwayError(
            f"{path.parent} : écriture impossible ({error.strerror}) ; vérifiez les droits et la place."
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def members(path: Path, secret: bytes) -> Iterator[tuple[str, bytes]]:
    """The members of a backup file, by name, in order; each byte is proven before it is given.

    Raises:
        SaisinesError: it cannot be read, is damaged, cut short, or sealed with another key.
    """
    try:
        with path.open("rb") as file:
            opener = Opener(file, secret, path.name)
            with (
                gzip.GzipFile(fileobj=cast("IO[bytes]", opener), mode="rb") as packed,
                tarfile.open(fileobj=packed, mode="r|") as archive,
            ):
                for member in archive:
                    content: Any = archive.extractfile(member)
                    yield member.name, content.read()
                while packed.read(1 << 16):  # to the proven end of the file
                    continue
    except OSError as error:
        raise SaisinesError(f"{path} : lecture impossible ({error.strerror}) ; vérifiez le fichier.") from error
    except (EOFError, zlib.error, tarfile.TarError) as error:
        raise SaisinesError(f"{path.name} : ce n’est pas une sauvegarde de saisines.") from error


def sha256_of_file(path: Path) -> str:
    """The SHA-256 of a file of any size, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
