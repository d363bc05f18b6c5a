"""`saisines init`: the warehouse, brought up to date, with its reference files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.jobs import people
from etl.jobs.running.up import is_up
from etl.model.convention_set import DEFAULT, ConventionSet, read_directory
from etl.model.errors import SaisinesError
from etl.model.register import Association, read_register_file
from etl.warehouse import reference, schema, watch
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


@dataclass(frozen=True)
class Report:
    """What `run` did.

    Attributes:
        migrated: whether the schema changed.
        conventions: codes of the convention files loaded now; none when they were there.
        associations: codes `added`, `changed`, `bank_changed` and `absent` (kept, though no longer in the file).
        saved: the backup that was made before the schema changed.
    """

    migrated: bool
    conventions: list[str] = field(default_factory=list)
    associations: dict[str, list[str]] = field(default_factory=dict)
    saved: Path | None = None


def run(
    home: Path,
    conventions: Path | None,
    associations: Path | None,
    by: str,
    at: datetime,
    backups: Path | None = None,
) -> Report:
    """Create or migrate the warehouse, load the first set of convention files, apply the register. Again is harmless.

    A warehouse of an older version is saved before it is migrated.

    Args:
        home: the folder of the state.
        conventions: a folder of convention files; None is the default set, the first time only.
        associations: the register; None leaves it as it is.
        by: who does it.
        at: the instant.
        backups: where a warehouse to be migrated is saved.

    Raises:
        SaisinesError: a file is wrong, a convention file differs from the one in force, or the warehouse is of a newer
            version, or of an older one and there is nowhere to save it; nothing is changed then.
    """
    by = people.given(by)
    proposed = read_directory(conventions) if conventions else None
    register = read_register_file(associations) if associations else None
    with connect(home, create=True) as engine:
        saved = _save_before(engine, home, backups, at)
        migrated = schema.migrate(engine)
        with engine.begin() as connection:
            reference.lock_reference(connection)
            loaded = _load_conventions(connection, proposed, by, at)
            applied = _apply_register(connection, register, by, at) if register is not None else {}
    return Report(migrated, loaded, applied, saved)


def _save_before(engine: Engine, home: Path, folder: Path | None, at: datetime) -> Path | None:
    """Save a warehouse that is about to be migrated; gives the backup, None when there is nothing to migrate."""
    with engine.connect() as connection:
        if schema.current_revision(connection) in (None, schema.HEAD):
            return None
    found = schema.check_revision(engine, older=True)
    if is_up(home):
        raise SaisinesError("Saisines tourne encore, dans son ancienne version : « saisines down » d’abord.")
    if folder is None:
        raise SaisinesError(
            f"L’entrepôt est à la révision {found} et sera mis à niveau ({schema.HEAD}) après une sauvegarde : "
            "dites où la faire, par --backup DOSSIER ou SAISINES_BACKUPS. Rien n’a changé."
        )
    from etl.jobs.privacy import backup

    return backup.run(home, folder, at).path


def stored_files(conventions: ConventionSet) -> list[reference.StoredFile]:
    """A set as the warehouse keeps it."""
    return [
        reference.StoredFile(file.name, code, file.fingerprint, file.content.decode())
        for code, file in conventions.files.items()
    ]


def _load_conventions(connection: Connection, proposed: ConventionSet | None, by: str, at: datetime) -> list[str]:
    known = reference.load_fingerprints(connection)
    if not known:
        chosen = proposed or read_directory(DEFAULT)
        reference.save_convention_set(connection, stored_files(chosen), by, at)
        return list(chosen.files)
    told = proposed.fingerprints if proposed else known
    changed = sorted(code for code in known.keys() | told.keys() if known.get(code) != told.get(code))
    if changed:
        raise SaisinesError(
            f"Les fichiers de convention diffèrent de ceux en vigueur ({', '.join(changed)}) ; "
            "un changement passe par « saisines conventions apply »."
        )
    return []


def _apply_register(connection: Connection, register: list[Association], by: str, at: datetime) -> dict[str, list[str]]:
    rows = [{name: value or None for name, value in one.row().items()} for one in register]
    applied = reference.save_associations(connection, rows, by, at)
    if applied["added"] or applied["changed"] or applied["bank_changed"]:
        detail: dict[str, Any] = dict(applied)
        watch.save_act(connection, "register", detail, by, settings.system_user(), at)
    return applied
