"""`saisines backup`: the warehouse and the landed files, as of one instant, in one encrypted file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from etl import settings
from etl.jobs.files import write_atomically
from etl.model.errors import SaisinesError, UsageError
from etl.sources import archive, landing
from etl.warehouse import dump, schema, watch
from etl.warehouse.purging import load_key_id
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Connection

FORMAT = 1
SUFFIX = ".sauvegarde"
PATTERN = f"saisines-*{SUFFIX}"
MANIFEST, END = "manifest.json", "end.json"
ROWS, LANDED, OWN = "rows/", "landing/", "home/"
OWN_FILES = ("federation.yaml", "sources.yaml", "retention.yaml")  # what a federation writes itself in its home
ACTION = "backup"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Backup:
    """A backup as it was written.

    Attributes:
        path: of the file; its SHA-256 lies beside, for `sha256sum -c`.
        size: in bytes.
        sha256: of the file.
        rows: how many rows of the warehouse it holds.
        files: how many landed files.
        missing: landed files that are no longer there though no purge said so.
        dropped: older backups that were deleted, by name.
    """

    path: Path
    size: int
    sha256: str
    rows: int
    files: int
    missing: int
    dropped: list[str]


def run(
    home: Path, folder: Path, at: datetime, keep: int | None = None, progress: Progress = lambda what: None
) -> Backup:
    """Write a backup to a folder, then drop the oldest ones.

    Args:
        home: the folder of the state.
        folder: where backups go; never inside the home, which is lost as a whole.
        at: the instant, which names the file.
        keep: how many backups the folder keeps, this one included; None keeps all.
        progress: told what is being written.

    Raises:
        SaisinesError: no key, no warehouse, or the folder cannot be written.
    """
    if keep is not None and keep < 1:
        raise UsageError("--keep : un nombre d’au moins 1 est attendu.")
    secret = settings.storage_key(make=False)
    path = _target(home, folder, at)
    with connect(home, older=True) as engine:  # what is to be upgraded is saved first
        with dump.snapshot(engine) as connection, archive.writing(path, secret) as writer:
            rows, files, missing = _write(connection, home, writer, at, progress)
        made = Backup(path, path.stat().st_size, archive.sha256_of_file(path), rows, files, missing, [])
        write_atomically(path.with_name(path.name + ".sha256"), f"{made.sha256}  {path.name}\n".encode())
        detail = {"sha256": made.sha256, "bytes": made.size, "rows": rows, "files": files, "missing": missing}
        with engine.begin() as connection:
            watch.save_act(connection, ACTION, detail, None, settings.system_user(), at)
    made.dropped.extend(_drop_old(folder, keep))
    return made


def _target(home: Path, folder: Path, at: datetime) -> Path:
    if folder.resolve().is_relative_to(home.resolve()):
        raise SaisinesError(
            f"{folder} : une sauvegarde dans SAISINES_HOME serait perdue avec lui ; donnez un dossier d’un autre disque."
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SaisinesError(
            f"{folder} : dossier impossible à créer ({error.strerror}) ; vérifiez les droits."
        ) from error
    return folder / f"saisines-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}{SUFFIX}"


def _write(
    connection: Connection, home: Path, writer: archive.Writer, at: datetime, progress: Progress
) -> tuple[int, int, int]:
    """Write the members; gives the numbers of rows, of landed files and of missing ones."""
    tables = dump.load_tables(connection)
    manifest = {
        "format": FORMAT,
        "revision": schema.current_revision(connection),
        "made_at": at.astimezone(UTC).isoformat(),
        "pseudonym_key_id": load_key_id(connection),
        "tables": [table.as_json() for table in tables],
        "sequences": dump.load_sequences(connection),
    }
    writer.add(MANIFEST, as_bytes(manifest))
    counts = {}
    for table in tables:
        progress(table.name)
        counts[table.name] = dump.copy_out(connection, table, partial(writer.add, ROWS + table.name))
    for name in OWN_FILES:
        if (home / name).is_file():
            writer.add(OWN + name, (home / name).read_bytes())
    progress("fichiers reçus")
    files, missing = _write_landed(connection, home, writer)
    writer.add(END, as_bytes({"rows": counts, "files": files}))
    return sum(counts.values()), files, missing


def _write_landed(connection: Connection, home: Path, writer: archive.Writer) -> tuple[int, int]:
    """Add the landed files as they lie, encrypted; those of a crash, that no delivery names, are left out."""
    query = "SELECT landed FROM deliveries UNION SELECT landed FROM held_files ORDER BY landed"
    names = connection.execute(text(f"SELECT landed FROM ({query}) AS l WHERE landed IS NOT NULL"))
    there = missing = 0
    for path in filter(landing.is_place, names.scalars()):
        if (home / path).is_file():
            writer.add(path, (home / path).read_bytes())
            there += 1
        else:
            missing += 1
    return there, missing


def _drop_old(folder: Path, keep: int | None) -> list[str]:
    """Delete the oldest backups of a folder beyond the number to keep; the names sort by age."""
    if keep is None:
        return []
    old = sorted(folder.glob(PATTERN))[:-keep]
    for path in old:
        path.unlink()
        path.with_name(path.name + ".sha256").unlink(missing_ok=True)
    return [path.name for path in old]


def as_bytes(data: dict[str, Any]) -> bytes:
    """JSON of the archive."""
    return json.dumps(data, sort_keys=True).encode()
