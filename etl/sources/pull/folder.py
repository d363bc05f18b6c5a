"""A folder of this machine, or of a share that it mounts: `type: dossier`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal

from etl.model.errors import AwayError
from etl.sources import inbox, landing
from etl.sources.pull.base import Base
from etl.sources.pull.item import TOO_LARGE, File, Item, reaching


class Declared(Base):
    """A folder.

    Attributes:
        chemin: absolute, or with `~`. Fiches lie in a folder an association, unless the source is one association's.
    """

    type: Literal["dossier"]
    chemin: str


def items(declared: Declared, since: str | None, at: datetime) -> Iterator[Item]:
    """The files of a folder; one that is missing is no news.

    The instant of a file is its modification time: it is what a drop on a share leaves, and it stays when the file is
    only read.
    """
    root = Path(declared.chemin).expanduser()
    for path in filter(Path.is_file, inbox.files(root)):
        with suppress(FileNotFoundError):  # gone since it was listed
            name, state = path.relative_to(root), path.stat()
            yield Item(
                key=f"{name}|{state.st_size}|{state.st_mtime_ns}",
                fetch=partial(_fetch, declared, path, name, state.st_mtime_ns),
                remove=partial(_remove, declared, path, state.st_mtime_ns),
            )


def _remove(declared: Declared, path: Path, written: int) -> None:
    """Remove a file, unless another came in its place."""
    with reaching(declared.nom, (), (OSError,)):
        if path.stat().st_mtime_ns == written:
            path.unlink()


def _fetch(declared: Declared, path: Path, name: Path, written: int) -> Sequence[File]:
    said = name.parts[0] if len(name.parts) > 1 else None
    received_at = datetime.fromtimestamp(written / 1e9, UTC)
    if path.stat().st_size > landing.MAX_BYTES:
        return [File(str(name), None, said, TOO_LARGE, received_at)]
    content = landing.read_bytes(path, str(name))
    if path.stat().st_mtime_ns != written:
        raise AwayError(f"Source {declared.nom} : un fichier change pendant qu’il est lu ; il sera repris.")
    return [File(str(name), content, said, None, received_at)]
