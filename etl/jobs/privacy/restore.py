"""`saisines restore`: a backup, proven first, into an empty home; brought up to date when an older version wrote it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.jobs.files import write_atomically
from etl.jobs.privacy.backup import END, FORMAT, LANDED, MANIFEST, OWN, OWN_FILES, ROWS
from etl.model.errors import SaisinesError
from etl.sources import archive, landing
from etl.warehouse import dump, schema, watch
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Connection

Progress = Callable[[str], None]
Members = Iterator[tuple[str, bytes]]


@dataclass(frozen=True)
class Restored:
    """What a backup holds, and what was done with it.

    Attributes:
        made_at: the instant of the backup, in UTC.
        revision: of its schema.
        migrated: whether the schema was then brought up to date.
        rows: of the warehouse.
        files: landed files.
        pseudonym_key_id: which key made its pseudonyms; None when it holds none.
    """

    made_at: datetime
    revision: str
    migrated: bool
    rows: int
    files: int
    pseudonym_key_id: str | None


def run(home: Path, path: Path, by: str, at: datetime, progress: Progress = lambda what: None) -> Restored:
    """Restore a backup, whole or not at all.

    Args:
        home: the folder of the state, empty or missing.
        path: the backup.
        by: who does it.
        at: the instant.
        progress: told what is being done.

    Raises:
        SaisinesError: the backup is damaged or of a newer version, the key is not its own, or the home is not empty.
    """
    secret = settings.storage_key(make=False)
    told = check(path, progress)
    _refuse_landed(home)
    draft = home / f"{landing.FOLDER}.restored.{os.getpid()}"
    with connect(home, create=True) as engine:
        try:
            with engine.begin() as connection:
                _fill(connection, home, draft, archive.members(path, secret), progress)
                migrated = schema.migrate_within(connection)
                detail = {"backup_of": told.made_at.isoformat(), "revision": told.revision, "rows": told.rows}
                watch.save_act(connection, "restore", detail, by, settings.system_user(), at)
                _put_in_place(home, draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return Restored(told.made_at, told.revision, migrated, told.rows, told.files, told.pseudonym_key_id)


def check(path: Path, progress: Progress = lambda what: None) -> Restored:
    """Read a backup from end to end and say what it holds; nothing is written.

    Raises:
        SaisinesError: it is damaged, cut short, of another key or of a newer version.
    """
    progress("vérification")
    secret, manifest, end, files = settings.storage_key(make=False), None, None, 0
    for name, content in archive.members(path, secret):
        manifest = json.loads(content) if name == MANIFEST else manifest
        end = json.loads(content) if name == END else end
        files += name.startswith(LANDED)
    if manifest is None or end is None or manifest["format"] != FORMAT or files != end["files"]:
        raise SaisinesError(f"{path.name} : ce n’est pas une sauvegarde que cette version de saisines sait lire.")
    if manifest["revision"] not in schema.revisions():
        raise SaisinesError(
            f"{path.name} : écrite par une version plus récente (révision {manifest['revision']}) ; "
            "mettez saisines à jour, puis recommencez."
        )
    made_at, rows = datetime.fromisoformat(manifest["made_at"]), sum(end["rows"].values())
    return Restored(made_at, manifest["revision"], False, rows, files, manifest["pseudonym_key_id"])


def _refuse_landed(home: Path) -> None:
    folder = home / landing.FOLDER
    if folder.is_dir() and any(folder.iterdir()):
        raise _not_empty(home)


def _not_empty(home: Path) -> SaisinesError:
    return SaisinesError(
        f"{home} : ce dossier d’état ou sa base contiennent déjà des données, rien n’est restauré ; "
        "donnez à SAISINES_HOME un dossier vide (et à SAISINES_DATABASE_URL une base vide)."
    )


def _fill(connection: Connection, home: Path, draft: Path, members: Members, progress: Progress) -> None:
    """Make the tables as they were, and fill them; put the landed files aside, each proven."""
    schema.lock(connection)
    if not dump.is_empty(connection):
        raise _not_empty(home)
    manifest = json.loads(next(members)[1])
    schema.upgrade(connection, manifest["revision"])
    tables = {table["name"]: dump.Dumped(**table) for table in manifest["tables"]}
    counts = {}
    for name, group in groupby(members, key=lambda member: member[0]):
        if name.startswith(ROWS):
            progress(name.removeprefix(ROWS))
            table = tables[name.removeprefix(ROWS)]
            counts[table.name] = dump.copy_in(connection, table, (content for _, content in group))
        elif name == END:
            _refuse_other_counts(counts, json.loads(next(group)[1])["rows"])
        else:
            _keep_file(home, draft, name, next(group)[1])
    dump.save_sequences(connection, manifest["sequences"])
    dump.settle_constraints(connection)


def _refuse_other_counts(found: dict[str, int], told: dict[str, int]) -> None:
    if found != told:
        wrong = next(name for name in told if found.get(name) != told[name])
        raise SaisinesError(
            f"Restauration arrêtée : la table {wrong} a {found.get(wrong)} lignes au lieu de {told[wrong]} ; rien n’est gardé."
        )


def _keep_file(home: Path, draft: Path, name: str, content: bytes) -> None:
    """Write a file of the home; a landed one aside, to be put in place with the rest."""
    if name.startswith(LANDED) and landing.is_place(name):
        landing.write(draft / name.removeprefix(LANDED), content)
    elif name.removeprefix(OWN) in OWN_FILES and not (home / name.removeprefix(OWN)).exists():
        write_atomically(home / name.removeprefix(OWN), content)


def _put_in_place(home: Path, draft: Path) -> None:
    target = home / landing.FOLDER
    if draft.exists():
        if target.exists():
            target.rmdir()
        draft.rename(target)


def as_json(told: Restored) -> dict[str, Any]:
    """What a backup holds, as data."""
    return {**vars(told), "made_at": told.made_at.isoformat()}
