"""A warehouse filled with a generated year, through the product's own writers, and the same rows by bare COPY beside it."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import duckdb
import pyarrow as pa
from pyarrow import csv
from sqlalchemy import Connection, Engine, text

from etl.jobs.running import init
from etl.warehouse import arrow, reference, rows
from etl.warehouse.deliveries import Delivery, save_deliveries
from etl.warehouse.server import connect, running
from tests.bench import worlds

AT = datetime(2026, 11, 15, 9, tzinfo=UTC)
KEYED = ("contacts", "fiches", "sessions")

# The rows as the writers take them: `delivery_id` is the place of the delivery, `fiche_group` numbers the references within it.
JOURNALS = "select distinct received_on, sha256 from contact order by received_on"
FICHES = "select distinct delivery_id as place, any_value(association) as association, any_value(received_on) as received_on from fiche group by all order by place"
CONTACT = """
select dense_rank() over (order by received_on) as delivery_id, contact.* exclude (contact_id, received_on, sha256) from contact"""
FICHE = """
select 12 + delivery_id as delivery_id, (row_number() over (partition by delivery_id order by fiche_id) - 1)::bigint as fiche_group,
    fiche.* exclude (fiche_id, delivery_id, fiche_group_id, received_on), fiche_group_id from fiche"""
SESSION = """
select placed.delivery_id, placed.fiche_group, session.* exclude (session_id, delivery_id, fiche_group_id)
from session join placed using (fiche_group_id)"""


@contextmanager
def held(home: Path) -> Iterator[Engine]:
    """The warehouse, its server held: what a desk or a scheduler at work gives to a command."""
    with running(home, create=True), connect(home) as engine:
        yield engine


def make(home: Path, saisines: int) -> None:
    """A fresh warehouse with its conventions, envelopes of the size of the world, and its register."""
    shutil.rmtree(home, ignore_errors=True)
    folder = write_conventions(home, saisines)
    with running(home, create=True):
        init.run(home, folder, None, "bench", AT)
        with connect(home) as engine, engine.begin() as connection:
            reference.save_associations(connection, [_association(row) for row in worlds.register()], "bench", AT)


def write_conventions(home: Path, saisines: int) -> Path:
    """The convention files beside a home, with envelopes for so many saisines."""
    folder = home.with_name(home.name + "-conventions")
    folder.mkdir(parents=True, exist_ok=True)
    for path in worlds.CONVENTIONS.glob("*.yaml"):
        (folder / path.name).write_text(_enveloped(path.read_text(encoding="utf-8"), saisines), encoding="utf-8")
    return folder


def _enveloped(content: str, saisines: int) -> str:
    for code, cents in worlds.ENVELOPES.items():
        if f"code: {code}\n" in content:
            euros = f'enveloppes: {{2026: {{montant: "{cents * saisines // 100}.00", clos_le: 2027-05-31}}}}'
            content = re.sub(r"^enveloppes:.*$", euros, content, count=1, flags=re.MULTILINE)
    return content


def _association(row: dict[str, object]) -> dict[str, object]:
    blank = dict.fromkeys(("siret", "rna", "bic", "iban", "titulaire", "email", "active_au", "successeur"))
    return {**blank, **row}


def shaped(folder: Path) -> dict[str, pa.Table]:
    """The rows of a year as the warehouse's writers take them: `contacts`, `fiches`, `sessions`."""
    with duckdb.connect() as connection:
        for name in ("contact", "fiche", "session"):
            connection.execute(f"create view {name} as from '{folder}/{name}.parquet'").fetchall()
        connection.execute(f"create table placed as {FICHE}").fetchall()
        return {
            "contacts": connection.sql(CONTACT).to_arrow_table(),
            "fiches": connection.sql("select * exclude (fiche_group_id) from placed").to_arrow_table(),
            "sessions": connection.sql(SESSION).to_arrow_table(),
        }


def receive(connection: Connection, folder: Path) -> None:
    """The deliveries of a year, whose keys are 1 to 12 for the journals, then those of the fiches."""
    with duckdb.connect() as source:
        for name in ("contact", "fiche"):
            source.execute(f"create view {name} as from '{folder}/{name}.parquet'").fetchall()
        journals = [_delivery("plateforme", "journal", day) for day, _ in source.execute(JOURNALS).fetchall()]
        fiches = [_delivery(code, "fiches", day, place) for place, code, day in source.execute(FICHES).fetchall()]
    keys = save_deliveries(connection, journals + fiches, AT)
    assert keys == list(range(1, len(keys) + 1)), "a fresh warehouse numbers its deliveries from 1"


def _delivery(origin: str, kind: str, day: date, place: int = 0) -> Delivery:
    digest = sha256(f"{origin} {kind} {day} {place}".encode()).hexdigest()
    return Delivery(
        sha256=digest, origin=origin, kind=kind, received_on=day, received_how="source", file_name="invente"
    )


def save(connection: Connection, tables: dict[str, pa.Table]) -> None:
    """By the product's writers."""
    rows.save_contacts(connection, tables["contacts"])
    rows.save_fiches(connection, tables["fiches"], tables["sessions"])


def ready(tables: dict[str, pa.Table]) -> dict[str, tuple[list[str], bytes]]:
    """The same rows keyed and written as CSV beforehand: what bare COPY is given."""
    fiches, sessions = rows._grouped(tables["fiches"]), rows._grouped(tables["sessions"])
    keyed = {"contacts": (tables["contacts"], "contact_id"), "fiches": (fiches, "fiche_id"), "sessions": (sessions, "session_id")}  # fmt: skip
    return {name: _as_csv(rows._keyed(made, key)) for name, (made, key) in keyed.items()}


def _as_csv(made: pa.Table) -> tuple[list[str], bytes]:
    sink = BytesIO()
    csv.write_csv(made, sink, csv.WriteOptions(include_header=False, quoting_style="all_valid"))
    return made.column_names, sink.getvalue()


def bare_copy(engine: Engine, ready_rows: dict[str, tuple[list[str], bytes]]) -> None:
    """COPY of ready bytes into tables with the same columns and keys."""
    with engine.begin() as connection:
        for name, (columns, content) in ready_rows.items():
            connection.execute(text(f"DROP TABLE IF EXISTS floor_{name}"))
            connection.execute(text(f"CREATE TABLE floor_{name} (LIKE {name} INCLUDING ALL)"))
            with arrow._copying(connection, f"floor_{name}", columns, "(FORMAT csv)") as sink:
                for start in range(0, len(content), 1 << 20):
                    sink.write(content[start : start + (1 << 20)])


def drop_floor(engine: Engine, names: tuple[str, ...] = KEYED) -> None:
    """Give the room back."""
    with engine.begin() as connection:
        for name in names:
            connection.execute(text(f"DROP TABLE IF EXISTS floor_{name}"))
