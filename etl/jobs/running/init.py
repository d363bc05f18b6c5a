"""`saisines init`: the warehouse, brought up to date, with its reference files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.jobs import people
from etl.model.convention_set import DEFAULT, ConventionSet, read_directory
from etl.model.errors import SaisinesError
from etl.model.register import Association, read_register_file
from etl.warehouse import reference, schema, watch
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class Report:
    """What `run` did.

    Attributes:
        migrated: whether the schema changed.
        conventions: codes of the convention files loaded now; none when they were there.
        associations: codes `added`, `changed`, `bank_changed` and `absent` (kept, though no longer in the file).
    """

    migrated: bool
    conventions: list[str] = field(default_factory=list)
    associations: dict[str, list[str]] = field(default_factory=dict)


def run(home: Path, conventions: Path | None, associations: Path | None, by: str, at: datetime) -> Report:
    """Create or migrate the warehouse, load the first set of convention files, apply the register. Again is harmless.

    Args:
        home: the folder of the state.
        conventions: a folder of convention files; None is the default set, the first time only.
        associations: the register; None leaves it as it is.
        by: who does it.
        at: the instant.

    Raises:
        SaisinesError: a file is wrong, or a convention file differs from the one in force; nothing is loaded then.
    """
    by = people.given(by)
    proposed = read_directory(conventions) if conventions else None
    register = read_register_file(associations) if associations else None
    with connect(home, create=True) as engine:
        migrated = schema.migrate(engine)
        with engine.begin() as connection:
            reference.lock_reference(connection)
            loaded = _load_conventions(connection, proposed, by, at)
            applied = _apply_register(connection, register, by, at) if register is not None else {}
    return Report(migrated, loaded, applied)


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
