"""The matching beside the bare join of the same tables, in one process, in turn; and what it got right."""

from pathlib import Path
from statistics import median

import duckdb

from etl.engine.plan import steps
from tests.bench.measure import Figures, timed

STEPS = ("written", "exact", "candidate", "answer")
EMPTY = {"decision_in_force": "saisine bigint, kind text, association text, written text, decision_id bigint"}
# The columns that the steps read, as text in both, references plain already; every row and column comes out, as in the steps' own tables.
FLOOR = """
create or replace table floor as
select s.saisine, s.association, s.opened_on, f.fiche_id, ref, f.association as sender, f.received_on
from s full join f using (ref)"""
QUALITY = """
select count(*) filter (found is not null) as linked, count(*) filter (found = truth.saisine) as right_ones, count(*) as fiches,
    count(*) filter (kind = 'one') as repairable, count(*) filter (kind = 'one' and found = truth.saisine) as repaired,
    count(*) filter (kind <> 'right') as wrong, count(*) filter (kind <> 'right' and found = truth.saisine) as recovered
from truth left join result using (fiche_id)"""


def run(saisines: int, folder: Path) -> Figures:
    """Medians of seven rounds, of five at a million."""
    config = {"threads": 2, "memory_limit": "1GB", "temp_directory": str(folder), "preserve_insertion_order": False}
    with duckdb.connect(config=config) as connection:
        _fill(connection, folder)
        rounds = [_round(connection) for _ in range(7 if saisines < 1_000_000 else 5)]
        connection.execute("create table result as select fiche_id, saisine as found from answer").fetchall()
        quality = quality_of(connection) | {"recall_allowed": _allowed(connection)}
    by_step = {name: median(one[name] for one in rounds) for name in (*STEPS, "floor")}
    return {
        "seconds": median(sum(one[name] for name in STEPS) for one in rounds),
        "floor": by_step["floor"],
        "steps": by_step,
    } | quality


def _fill(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    sources = {
        "saisine": f"select saisine, reference, opened_on from '{folder}/step_saisine.parquet'",
        "seizure": f"select saisine, root from '{folder}/step_seizure.parquet'",
        "linked": f"from '{folder}/step_linked.parquet'",
        "fiche": f"select fiche_id, association, written, received_on from '{folder}/fiche.parquet'",
        "parameters": f"from '{folder}/parameters.parquet'",
        "truth": f"from '{folder}/truth.parquet'",
        "s": f"select saisine, ref, association, opened_on from '{folder}/linked_saisines.parquet' where unique_id % 1000 = 1",
        "f": f"select fiche_id, ref, told.association, received_on from '{folder}/linked_fiches.parquet' as told join fiche using (fiche_id)",
    }
    for name, source in sources.items():
        connection.execute(f"create table {name} as {source}").fetchall()
    for name, columns in EMPTY.items():
        connection.execute(f"create table {name} ({columns})").fetchall()


def _round(connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    taken = {"floor": timed(lambda: connection.execute(FLOOR).fetchall())}
    for name in STEPS:
        sql = f"create or replace table {name} as {steps()[name].sql}"
        taken[name] = timed(lambda sql=sql: connection.execute(sql).fetchall())
    return taken


def _allowed(connection: duckdb.DuckDBPyConnection) -> float:
    """Recall of the references with one error that lead to one saisine only: the rules hold the others back."""
    found = connection.execute(
        "select count(*) filter (answer.saisine = truth.saisine) / count(*) from truth join answer using (fiche_id)"
        " where kind = 'one' and how <> 'ambiguous'"
    ).fetchone()
    return float(found[0]) if found else 0.0


def quality_of(connection: duckdb.DuckDBPyConnection) -> Figures:
    found = connection.execute(QUALITY).fetchone()
    linked, right, fiches, repairable, repaired, wrong, recovered = found or (0,) * 7
    return {
        "precision": right / max(linked, 1),
        "recall": right / fiches,
        "recall_repairable": repaired / max(repairable, 1),
        "recall_on_errors": recovered / max(wrong, 1),
    }
