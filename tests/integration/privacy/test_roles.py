"""Each role does its work and nothing else: tried on the server, not read in the grants."""

import os
import shutil
from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from etl.jobs.intake import inbox
from etl.jobs.matching import reconcile
from etl.jobs.privacy import purge
from etl.jobs.running import init, sample
from etl.jobs.settlement import draft
from etl.warehouse import roles, schema
from etl.warehouse.server import address_of, connect, running
from etl.warehouse.tables import METADATA
from tests.integration.explain.sampled import AT
from tests.integration.warehouse.test_other_server import PROGRAMS, debian_server

EVERY = sorted(roles.read_roles())
HISTORY = ("statements", "statement_lines", "statement_payees", "statement_not_paid", "decisions", "audit", "drafts")


def attempt(home, role, query, *before):
    with connect(home, role=role) as engine, engine.connect() as connection:
        for one in (*before, query):
            result = connection.execute(text(one))
        return result.all() if result.returns_rows else result.rowcount


def refused(home, role, query, *before):
    with pytest.raises(ProgrammingError, match="permission denied"):
        attempt(home, role, query, *before)


def test_the_server_knows_who_works(federation):
    for role in EVERY:
        assert attempt(federation.home, role, "SELECT current_user") == [(f"saisines_{role}",)]


def test_a_reader_sees_the_dashboards_and_no_row_of_anybody(federation):
    assert attempt(federation.home, "reader", "SELECT count(*) FROM statement_totals") == [(1,)]
    assert attempt(federation.home, "reader", "SELECT sum(rows_accepted) > 0 FROM delivery_totals") == [(True,)]
    for table in METADATA.tables:
        refused(federation.home, "reader", f"SELECT 1 FROM {table}")
    refused(federation.home, "reader", "SELECT beneficiaire FROM contacts")


def test_the_desk_reads_no_pseudonym_and_writes_no_contact(federation):
    assert attempt(federation.home, "desk", "SELECT reference FROM contacts LIMIT 1")
    refused(federation.home, "desk", "SELECT beneficiaire FROM contacts")
    refused(federation.home, "desk", "SELECT * FROM contacts")
    refused(federation.home, "desk", "INSERT INTO contacts (contact_id) VALUES (1)")
    refused(federation.home, "desk", "UPDATE contacts SET reference = 'x'")


def test_the_loader_does_not_touch_statements(federation):
    for table in ("statements", "statement_lines", "statement_payees", "drafts", "decisions", "payee_states"):
        for query in (f"SELECT 1 FROM {table}", f"DELETE FROM {table}", f"INSERT INTO {table} DEFAULT VALUES"):
            refused(federation.home, "loader", query)


def test_the_engine_deletes_nothing(federation):
    for table in METADATA.tables:
        refused(federation.home, "engine", f"DELETE FROM {table}")
        refused(federation.home, "engine", f"TRUNCATE {table} CASCADE")
    refused(federation.home, "engine", "INSERT INTO contacts (contact_id) VALUES (1)")


@pytest.mark.parametrize("role", EVERY)
def test_nobody_alters_what_is_finalised_nor_its_guards(federation, role):
    for table in HISTORY:
        refused(federation.home, role, f"DELETE FROM {table}")
        refused(federation.home, role, f"TRUNCATE {table} CASCADE")
        with pytest.raises(DBAPIError, match="must be owner"):
            attempt(federation.home, role, f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    refused(federation.home, role, "UPDATE statement_lines SET amount_cents = 0")
    refused(federation.home, role, "UPDATE statements SET total_cents = 0")
    refused(federation.home, role, "SET session_replication_role = replica")


def test_the_purge_passes_the_guards_for_what_they_name_alone(federation):
    on = "SET LOCAL saisines.purge = 'on'"
    assert attempt(federation.home, "purge", "UPDATE deliveries SET landed = NULL", on) > 0
    refused(federation.home, "purge", "UPDATE deliveries SET received_on = '2026-01-01'", on)
    refused(federation.home, "purge", "UPDATE contacts SET reference = NULL", on)
    with pytest.raises(DBAPIError, match="only"):
        attempt(federation.home, "purge", "UPDATE deliveries SET landed = NULL")
    with pytest.raises(DBAPIError, match="append-only"):
        attempt(federation.home, "purge", "DELETE FROM refused_rows")
    for role in ("loader", "engine", "desk", "reader"):
        refused(federation.home, role, "UPDATE deliveries SET landed = NULL", on)
        refused(federation.home, role, "DELETE FROM readings", on)


def test_rows_read_by_arrow_are_read_under_the_role_too(federation):
    from etl.warehouse.inputs import load_inputs

    with connect(federation.home, role="loader") as engine, pytest.raises(Exception, match="permission denied"):
        load_inputs(address_of(engine), date(2026, 7, 1))


def test_the_work_of_each_role_can_be_done_under_it(tmp_path, monkeypatch):
    """The jobs as they are, every connection of theirs under the role that their work is given."""
    from etl.warehouse import server

    home, own, box = tmp_path / "home", server.make_engine, tmp_path / "box"

    def under(role):
        monkeypatch.setattr(server, "make_engine", lambda url, _=None: own(url, roles.named(role)))

    sample.run(box, 20)
    with running(home, create=True):
        init.run(home, box / "conventions", box / "associations.csv", "installation", AT)
        under("loader")
        assert inbox.run(home, box, "journal", AT).received > 0
        assert inbox.run(home, box, "fiches", AT).received > 0
        under("engine")
        assert reconcile.run(home, AT).saisines > 0
        assert draft.run(home, "2026-T1", AT)
        under("purge")
        assert purge.run(home, AT).closed == 0


def test_granting_again_changes_nothing_and_takes_back_what_was_added_by_hand(federation):
    with connect(federation.home) as engine:
        with engine.begin() as connection:
            connection.execute(text("GRANT SELECT ON contacts TO saisines_reader"))
        schema.migrate(engine)
    refused(federation.home, "reader", "SELECT beneficiaire FROM contacts")


def test_every_table_and_column_that_a_role_names_exists():
    for rights in roles.read_roles().values():
        named = {
            *rights.get("insert", ()),
            *rights.get("delete", ()),
            *rights.get("update", {}),
            *rights.get("not", {}),
        }
        named |= set(rights["select"]) if isinstance(rights["select"], list) else set()
        assert named <= set(METADATA.tables)
        for table, columns in [*rights.get("update", {}).items(), *rights.get("not", {}).items()]:
            assert set(columns) <= set(METADATA.tables[table].columns.keys())


def test_a_server_where_nobody_made_the_roles_works_all_the_same(federation, monkeypatch):
    monkeypatch.setattr(roles, "PREFIX", "absents_")
    assert attempt(federation.home, "reader", "SELECT current_user") == [("saisines",)]


@pytest.mark.long
def test_on_a_server_where_an_administrator_made_the_roles_work_is_done_under_them(tmp_path, monkeypatch):
    if PROGRAMS is None:
        pytest.skip("apt install postgresql")
    folder = Path("/tmp") / f"saisines-debian-roles-{os.getpid()}"  # short: the path of a socket is limited
    folder.mkdir(mode=0o755)
    try:
        with debian_server(folder) as url:
            monkeypatch.setenv("SAISINES_DATABASE_URL", url)
            init.run(tmp_path, None, None, "installation", AT)
            assert attempt(tmp_path, "reader", "SELECT current_user") == [("saisines",)]
            with psycopg.connect(url.replace("saisines@", "postgres@"), autocommit=True) as connection:
                for role in EVERY:
                    connection.execute(f"CREATE ROLE saisines_{role} NOLOGIN")
                    connection.execute(f"GRANT saisines_{role} TO saisines")
            init.run(tmp_path, None, None, "installation", AT)
            assert attempt(tmp_path, "reader", "SELECT current_user") == [("saisines_reader",)]
            refused(tmp_path, "reader", "SELECT beneficiaire FROM contacts")
            refused(tmp_path, "engine", "DELETE FROM drafts")
    finally:
        shutil.rmtree(folder)
