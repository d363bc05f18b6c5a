"""The schema: migrations and tables say the same, and nothing works on another revision."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from etl.model.errors import SaisinesError
from etl.warehouse import schema
from etl.warehouse.server import connect, make_engine
from etl.warehouse.tables import METADATA
from tests.integration.warehouses import database


def test_the_revision_that_commands_expect_is_the_last_one():
    assert ScriptDirectory.from_config(schema.alembic_config()).get_current_head() == schema.HEAD


# What homes out there were made by: a change is another revision, tried by tests/integration/privacy/test_upgrade.py.
FROZEN = {
    "0001_first_tables.sql": "c5108860f4c37f4dfe3dfa1c163669ccd261f43dd89a2520a7c4a2fa96d399c6",
    "0002_found_by_reference.py": "9a0e0e166a16e6f01b3a2a8b2a4ed2a55bd1bb7bd8d9179859fb0edebe89b784",
}


def test_a_revision_that_homes_were_made_by_is_frozen():
    folder = schema.MIGRATIONS / "versions"
    made_by = [
        path for path in sorted(folder.glob("0*")) if path.name != "0001_first_tables.py"
    ]  # which only reads its file
    assert {path.name: sha256(path.read_bytes()).hexdigest() for path in made_by} == FROZEN


def test_the_migrations_make_the_tables_as_they_are_described(connection):
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    assert compare_metadata(context, METADATA) == []


def test_every_table_says_its_grain_in_the_database(connection):
    inspector = inspect(connection)
    silent = [
        name
        for name in METADATA.tables
        if not (inspector.get_table_comment(name)["text"] or "").startswith("One row per")
    ]
    assert silent == []


def test_checks_of_the_database_are_those_of_the_description(connection):
    inspector = inspect(connection)
    found = {check["name"] for name in METADATA.tables for check in inspector.get_check_constraints(name)}
    described = {
        str(check.name)
        for table in METADATA.tables.values()
        for check in table.constraints
        if str(check.name).startswith("ck_")
    }
    assert {name for name in found if not name.endswith("_not_null")} == described


def test_migrating_again_changes_nothing(engine):
    assert schema.migrate(engine) is False


def test_processes_that_migrate_at_once_make_one_schema(server):
    with database(server) as url:
        engine = make_engine(url)
        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(schema.migrate, [engine] * 4)) == [False, False, False, True]
        engine.dispose()


def test_a_schema_of_a_newer_version_is_refused_and_not_migrated(engine, home):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (lambda: connect(home).__enter__(), lambda: schema.migrate(engine)):
        with pytest.raises(SaisinesError, match=r"9999.*plus récente.*mettez le programme à jour"):
            attempt()


def test_an_old_server_is_refused(monkeypatch, home):
    monkeypatch.setattr("etl.warehouse.server.VERSION_MIN", 990000)
    with pytest.raises(SaisinesError, match="PostgreSQL 15"), connect(home):
        pass


def test_views_are_made_again_by_init(engine):
    schema.migrate(engine)
    names = {file.stem.partition("_")[2] for file in schema.VIEWS.glob("*.sql")}
    assert names == set(inspect(create_engine(engine.url)).get_view_names())


def test_a_view_whose_columns_have_changed_is_made_again(engine):
    with engine.begin() as connection:
        connection.execute(text("DROP VIEW statement_totals"))
        connection.execute(text("CREATE VIEW statement_totals AS SELECT 1 AS other"))
    schema.migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(number) FROM statement_totals")).scalar_one() == 0


def test_a_warehouse_of_the_first_revision_is_brought_to_the_last_one(server):
    with database(server) as url:
        engine = make_engine(url)
        with engine.begin() as connection:
            schema.upgrade(connection, "0001")
        assert schema.migrate(engine) is True
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "compare_server_default": True}
            )
            assert compare_metadata(context, METADATA) == []
        engine.dispose()
