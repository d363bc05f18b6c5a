"""Splink 5 on the two tables of `world`: trained (EM, as its guide does it), or with weights given from the generator's own proportions.

The settings are the best of those tried by recall (notes in docs/performance.md): references made plain first, as its guide asks of any column;
blocked on the whole reference, on its halves within an association, and on the day within an association; without the last it loses a tenth of
the errors. `predict` is timed alone: cleaning, training and taking the best of each fiche are told apart.
"""

import itertools
import logging
import time
from pathlib import Path
from typing import Any

import duckdb

from tests.bench.measure import Figures
from tests.bench.stages.matching import quality_of

THRESHOLD = 0.05
COLUMNS = "unique_id, ref, head, tail, association, opened_on, convention, qualite, departement"
BEST = """
create table result as
select fiche_id, saisine as found from predicted p
join f on f.unique_id = if(p.source_dataset_l = 'fiches', p.unique_id_l, p.unique_id_r)
join s on s.unique_id = if(p.source_dataset_l = 'fiches', p.unique_id_r, p.unique_id_l)
qualify row_number() over (partition by fiche_id order by match_weight desc, saisine) = 1"""
# Look-alikes read as digits, prefix and zeros completed: what our own matching does by itself.
CLEAN = """
create table f as
with told as (select *, if(starts_with(ref, 'FV'), ref[3:], ref) as rest from '{folder}/linked_fiches.parquet'),
plain as (
    select * exclude (ref, rest), case
        when starts_with(ref, 'FV') and length(ref) = 11 then 'FV' || translate(ref[3:10], 'OILSBZ', '011582') || ref[11]
        when regexp_full_match(rest, '[0-9]{{3,8}}[0-9A-Z]') then 'FV' || rest[:2] || lpad(rest[3:-2], 6, '0') || rest[-1:] else ref end as ref
    from told
)
select * replace (left(ref, 7) as head, right(ref, 4) as tail) from plain"""
FOUND = 0.95  # fiches a saisine, nearly all of which have one: so many pairs in all those of a year are one
RIGHT = 0.94  # of them are written without an error
# m (pairs that are one) and u (pairs that are not), from the generator's proportions: what an expert who trains nothing would write.
GIVEN = {
    "opened_on": ([0.95, 0.01, 0.04], [0.003, 0.016, 0.981]),
    "association": ([0.97, 0.03], [0.0077, 0.9923]),
    "convention": ([0.98, 0.02], [0.3, 0.7]),
    "qualite": ([0.98, 0.02], [0.3, 0.7]),
    "departement": ([0.98, 0.02], [0.0105, 0.9895]),
}


def trained(saisines: int, folder: Path) -> Figures:
    """The prior and u by sampling, m by expectation maximisation on two blocks, then predict and the best of each fiche."""
    return _run(saisines, folder, is_trained=True)


def untrained(saisines: int, folder: Path) -> Figures:
    """The weights given; predict and the best of each fiche."""
    return _run(saisines, folder, is_trained=False)


def _run(saisines: int, folder: Path, *, is_trained: bool) -> Figures:
    from splink import DuckDBAPI, Linker

    logging.disable(logging.WARNING)
    with duckdb.connect(config={"threads": 2}) as connection:
        marks = [time.perf_counter()]
        _fill(connection, folder)
        api = DuckDBAPI(connection)
        tables = [
            api.register(connection.sql(f"select {COLUMNS} from {name}"), dataset_display_name=of)
            for name, of in (("s", "saisines"), ("f", "fiches"))
        ]
        linker = Linker(tables, _settings(given=0 if is_trained else saisines))
        marks.append(time.perf_counter())
        if is_trained:
            _train(linker)
        marks.append(time.perf_counter())
        predicted = linker.inference.predict(threshold_match_probability=THRESHOLD)
        marks.append(time.perf_counter())
        connection.execute(f"create view predicted as from {predicted.physical_name}").fetchall()
        connection.execute(BEST).fetchall()
        marks.append(time.perf_counter())
        quality = quality_of(connection)
    parts = ("clean", "train", "predict", "best")
    spent = dict(zip(parts, (later - earlier for earlier, later in itertools.pairwise(marks)), strict=True))
    return {**spent, "seconds": spent["train"] + spent["predict"] + spent["best"]} | quality


def _fill(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    connection.execute(f"create table s as from '{folder}/linked_saisines.parquet'").fetchall()
    connection.execute(CLEAN.format(folder=folder)).fetchall()
    connection.execute(f"create table truth as from '{folder}/truth.parquet'").fetchall()


def _train(linker: Any) -> None:
    from splink import block_on

    linker.training.estimate_probability_two_random_records_match([block_on("ref")], recall=RIGHT)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("ref"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("association", "opened_on"))


def _settings(*, given: int) -> Any:
    """What is compared and blocked; with the weights of so many saisines, unless 0."""
    from splink import SettingsCreator, block_on
    from splink import comparison_library as cl

    comparisons = {
        "ref": cl.DamerauLevenshteinAtThresholds("ref", [1, 2]),
        "opened_on": cl.AbsoluteDateDifferenceAtThresholds(
            "opened_on", input_is_string=False, metrics=["day"], thresholds=[3]
        ),
        "association": cl.ExactMatch("association"),
        "convention": cl.ExactMatch("convention"),
        "qualite": cl.ExactMatch("qualite"),
        "departement": cl.ExactMatch("departement"),
    }
    if given:
        alone = 1 / given
        weights = {"ref": ([RIGHT, 0.049, 0.006, 0.005], [alone, alone, 0.0001, 0.9999 - 2 * alone])} | GIVEN
        for name, (m, u) in weights.items():
            comparisons[name] = comparisons[name].configure(m_probabilities=m, u_probabilities=u)
    return SettingsCreator(
        link_type="link_only",
        comparisons=list(comparisons.values()),
        blocking_rules_to_generate_predictions=[
            block_on("ref"),
            block_on("association", "head"),
            block_on("association", "tail"),
            block_on("association", "opened_on"),
        ],
        retain_matching_columns=False,
        **({"probability_two_random_records_match": FOUND / given} if given else {}),
    )
