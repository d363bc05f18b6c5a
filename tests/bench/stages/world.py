"""The year of a size, on disk, and what the linkers are given of it."""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from etl.engine.compute import compute
from tests.bench import worlds
from tests.bench.measure import Figures, timed

# One row a saisine and association seized; one row a reference as written. The same two tables for every linker.
SAISINES = """
select distinct seizure.saisine * 1000 + turn as unique_id, saisine.saisine, replace(reference, '-', '') as ref, left(ref, 7) as head, right(ref, 4) as tail,
    seizure.association, opened_on, given_convention as convention, journal_qualite as qualite, departement
from seizure join saisine using (saisine)"""
FICHES = """
select fiche_id as unique_id, fiche_id, regexp_replace(upper(written), '[^A-Z0-9]', '', 'g') as ref, left(ref, 7) as head, right(ref, 4) as tail,
    association, date_saisine as opened_on, convention, qualite, departement
from fiche"""


def run(saisines: int, folder: Path) -> Figures:
    """Make it unless it is there."""
    seconds = timed(lambda: worlds.save(saisines, folder))
    if not (folder / "linked_fiches.parquet").exists():
        tables, memory_limit = worlds.inputs(saisines, folder)
        for name, rows in compute(tables, {"saisine", "seizure", "linked"}, memory_limit=memory_limit).items():
            pq.write_table(rows, folder / f"step_{name}.parquet")
        with duckdb.connect() as connection:
            for name in ("saisine", "seizure"):
                connection.execute(f"create view {name} as from '{folder}/step_{name}.parquet'").fetchall()
            connection.register("fiche", tables["fiche"])
            connection.execute(f"copy ({SAISINES}) to '{folder}/linked_saisines.parquet'").fetchall()
            connection.execute(f"copy ({FICHES}) to '{folder}/linked_fiches.parquet'").fetchall()
    return {"seconds": seconds} | {name: pq.read_metadata(folder / f"{name}.parquet").num_rows for name in ("contact", "fiche", "session")}  # fmt: skip
