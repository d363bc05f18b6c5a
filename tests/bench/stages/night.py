"""A night: `reconcile` over settled saisines of which 2 000 changed; and, where that is short, the same from scratch, row by row.

No envelope binds: one that does couples all saisines of its convention, which are then all computed again.
"""

import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow as pa
from sqlalchemy import Engine

from etl.engine.compute import compute
from etl.jobs.matching import decide, kept, reconcile, results
from etl.jobs.settlement import conventions_apply
from etl.jobs.settlement.inputs import Inputs, gather
from etl.warehouse import rows
from etl.warehouse.deliveries import Delivery, save_deliveries
from tests.bench import homes, worlds
from tests.bench.measure import Figures, timed

CHANGED = 2_000
COMPARED = 100_000  # up to this size the whole is computed too
DAY = worlds.YEAR.cutoff
AFTER = datetime(DAY.year, DAY.month, DAY.day, 4, tzinfo=UTC) + timedelta(days=1)
ORDER_ONLY = {"paid": "exclude (place)"}  # told of the lines of a saisine among themselves

# All that is due, as a first statement of each convention would state it.
STATED = """
select line.convention, coalesce(line.reference, saisine_case.reference) as reference, line.association, prestation, act_date, nth, amount_cents, taken_back,
    undated, line.qualite, 'ER-' || line.convention || '-2026-T3-0001' as statement_number, 1::bigint as statement_order
from line left join saisine_case using (saisine)"""
# One saisine in so many, of four kinds: a later call, a fiche sent again by whoever sent the last, both, a decision.
CHOSEN = """
create table chosen as select reference, row_number() over (order by hash(reference)) % 4 as kind
from (select distinct reference from contact where reference is not null) order by hash(reference) limit $changed"""
CALLS = """
select 0 as delivery_id, contact.* exclude (contact_id, received_on, sha256) replace ('N' || id_appel as id_appel, urgence is distinct from true as urgence)
from contact join chosen using (reference) where kind in (0, 2) qualify row_number() over (partition by reference order by contact_id desc) = 1"""
FICHES = """
create table sent as select fiche.*, (row_number() over (order by fiche_id) - 1)::bigint as fiche_group
from fiche join chosen on written = replace(reference, '-', '') where kind in (1, 2)
qualify row_number() over (partition by association, written order by version desc, fiche_id desc) = 1"""
FICHE = """
select 1 as delivery_id, fiche_group, sent.* exclude (fiche_id, delivery_id, fiche_group_id, fiche_group, received_on)
    replace (version + 1 as version, tentatives + 1 as tentatives) from sent"""
SESSION = """
select 1 as delivery_id, fiche_group, session.* exclude (session_id, delivery_id, fiche_group_id) from session join sent using (fiche_group_id)
where hash(session_id) % 4 > 0"""


def run(saisines: int, folder: Path) -> Figures:
    """Seconds of `reconcile` in one process, and how many saisines it computed again."""
    home = folder / "home"
    with homes.held(home) as engine:
        _widen(home, saisines)
        inputs = _settled(gather(engine, DAY))
        keep = timed(lambda: _keep(home, engine, inputs))
        _change(home, engine, inputs)
        copied = timed(lambda: shutil.copyfile(kept.last(home, kept.state_of(engine)), folder / "copied"))
        (folder / "copied").unlink()
        began = time.perf_counter()
        made = reconcile.run(home, AFTER).made
        seconds = time.perf_counter() - began
        assert made.again, made.why
        whole = _compared(engine, made.path, inputs) if saisines <= COMPARED else {}
    return {"seconds": seconds, "again": made.again, "changed": CHANGED, "keep": keep, "copy": copied, **whole}


def _widen(home: Path, saisines: int) -> None:
    """Envelopes that nothing fills."""
    folder = homes.write_conventions(home, 3 * saisines)
    proposed = conventions_apply.run(home, folder, "Ada", homes.AT)
    conventions_apply.run(home, folder, "Ben", homes.AT, proposed.digest)


def _settled(inputs: Inputs) -> Inputs:
    """The same, with all that is due stated."""
    made = compute(inputs.over(inputs.last_quarter()), {"line", "saisine_case"})
    with duckdb.connect() as database:
        for name, table in made.items():
            database.register(name, table)
        return replace(inputs, tables={**inputs.tables, "stated": database.sql(STATED).to_arrow_table()})


def _keep(home: Path, engine: Engine, inputs: Inputs) -> None:
    """What `reconcile` keeps of them, as the night before left it."""
    state = kept.state_of(engine)
    path = kept.place(home, state, DAY)
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.iterdir():
        old.unlink()
    results.write(path, state, inputs, compute(inputs.over(inputs.last_quarter()), results.STEPS))


def _change(home: Path, engine: Engine, inputs: Inputs) -> None:
    """New calls, fiches sent again, decisions."""
    with duckdb.connect() as database:
        for name in ("contact", "fiche", "session"):
            database.register(name, inputs.tables[name])
        database.execute(CHOSEN, {"changed": CHANGED})
        database.execute(FICHES)
        calls, fiches, sessions = (database.sql(query).to_arrow_table() for query in (CALLS, FICHE, SESSION))
        disputed = database.execute("select reference from chosen where kind = 3 order by all").fetchall()
    with engine.begin() as connection:
        journal, sent = save_deliveries(connection, [_delivery("journal"), _delivery("fiches")], AFTER)
        rows.save_contacts(connection, _of(journal, calls))
        rows.save_fiches(connection, _of(sent, fiches), _of(sent, sessions))
    told = {"kind": "dispute", "author": "bench", "reason": "mesure"}
    decide.run(home, [told | {"reference": reference} for (reference,) in disputed], AFTER)


def _delivery(kind: str) -> Delivery:
    digest = sha256(f"night {kind}".encode()).hexdigest()
    return Delivery(sha256=digest, origin="plateforme", kind=kind, received_on=AFTER.date(), received_how="source", file_name="invente")  # fmt: skip


def _of(delivery: int, table: pa.Table) -> pa.Table:
    place = table.schema.get_field_index("delivery_id")
    return table.set_column(place, "delivery_id", pa.array([delivery] * len(table), pa.int64()))


def _compared(engine: Engine, path: Path, before: Inputs) -> Figures:
    """Seconds of computing and writing everything; raises unless it gives the same rows."""
    inputs = gather(engine, AFTER.date())
    inputs = replace(inputs, tables={**inputs.tables, "stated": before.tables["stated"]})
    whole = path.with_name("whole")
    began = time.perf_counter()
    results.write(whole, kept.state_of(engine), inputs, compute(inputs.over(inputs.last_quarter()), results.STEPS))
    seconds = time.perf_counter() - began
    with duckdb.connect() as database:
        for name, file in {"night": path, "whole": whole}.items():
            kept.attach(database, file, f"{name} (read_only)")
        names = database.execute("select table_name from duckdb_tables() where database_name = 'whole'").fetchall()
        assert len(names) > len(results.STEPS)
        wrong = [name for (name,) in names if _differs(database, name)]
    assert not wrong, wrong
    return {"whole": seconds, "tables": len(names)}


def _differs(database: duckdb.DuckDBPyConnection, name: str) -> bool:
    one, other = (f"(select * {ORDER_ONLY.get(name, '')} from {file}.{name})" for file in ("night", "whole"))
    query = f"select exists (from {one} except all from {other}) or exists (from {other} except all from {one})"
    return bool(database.execute(query).fetchone()[0])
