"""The schema of the warehouse: brought up to date by `init`, checked by every other command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from etl.model.errors import SaisinesError
from etl.warehouse import roles

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, Engine

HEAD = "0002"  # the last revision; a test keeps it true, so that commands need not import Alembic
MIGRATE_LOCK = 0x5A151  # advisory lock of migrations, released with the transaction
MIGRATIONS = Path(__file__).parent / "migrations"
VIEWS = Path(__file__).parents[2] / "sql" / "views"


def migrate(engine: Engine) -> bool:
    """Bring the schema to the last revision, in one transaction, one process at a time; True when something changed."""
    with engine.begin() as connection:
        lock(connection)
        return migrate_within(connection)


def lock(connection: Connection) -> None:
    """Let one process change the schema at a time, until the end of the transaction."""
    from sqlalchemy import text

    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATE_LOCK})


def migrate_within(connection: Connection) -> bool:
    """As `migrate`, in the caller's transaction, which holds `lock`."""
    before = current_revision(connection)
    if before is not None and before != HEAD:
        _refuse_newer(before)
    if before != HEAD:
        upgrade(connection, "head")
    _make_views(connection)
    roles.grant(connection)
    return before != HEAD


def current_revision(connection: Connection) -> str | None:
    """The revision of the database, None when it holds no warehouse."""
    from sqlalchemy import text

    if connection.execute(text("SELECT to_regclass('alembic_version')")).scalar_one() is None:
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found is not None else None


def check_revision(engine: Engine, *, older: bool = False) -> str:
    """Refuse to work on a schema that this version does not know; gives its revision.

    Args:
        engine: of the warehouse.
        older: whether one that is to be upgraded will do.

    Raises:
        SaisinesError: no warehouse in this database, or one of an older or newer version.
    """
    with engine.connect() as connection:
        found = current_revision(connection)
    if found is None:
        raise SaisinesError("Cette base ne contient pas encore d’entrepôt ; lancez d’abord « saisines init ».")
    if found != HEAD:
        _refuse_newer(found)
        if not older:
            raise SaisinesError(
                f"L’entrepôt est à la révision {found}, ce programme attend {HEAD} ; "
                "lancez « saisines init » pour le mettre à niveau."
            )
    return found


def _refuse_newer(found: str) -> None:
    if found not in revisions():
        raise SaisinesError(
            f"L’entrepôt est à la révision {found}, d’une version de saisines plus récente que celle-ci ({HEAD}) ; "
            "mettez le programme à jour, ou restaurez une sauvegarde d’avant ailleurs. Rien n’a changé."
        )


def alembic_config() -> Config:
    """Alembic's configuration, in memory: where the revisions are."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def upgrade(connection: Connection, revision: str) -> None:
    """Run the migrations up to a revision, in the caller's transaction."""
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def revisions() -> set[str]:
    """The revisions that this version knows."""
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()}


def _make_views(connection: Connection) -> None:
    """Make the views for dashboards again: they hold no data, so they follow the program and need no revision."""
    from sqlalchemy.exc import ProgrammingError

    for file in sorted(VIEWS.glob("*.sql")):
        query = file.read_text(encoding="utf-8").replace("%", "%%")
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(query)
        except ProgrammingError:  # its columns have changed; another view built on it would be a reason to stop
            connection.exec_driver_sql(f"DROP VIEW {file.stem.partition('_')[2]}")
            connection.exec_driver_sql(query)
