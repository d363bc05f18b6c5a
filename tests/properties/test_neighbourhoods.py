"""A part computed again gives what the whole gives: random histories, in steps and from scratch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import duckdb
import pyarrow as pa
import pytest

from etl.engine import neighbourhood
from etl.engine.compute import compute
from etl.engine.schema import shaped, table
from etl.jobs.matching.decision_rules import ACCEPTED, OF_A_FICHE
from etl.jobs.matching.shown import supposed
from etl.jobs.story.facts import OF_SAISINE
from tests.reference import engine, inbox

from . import journal
from .choose import seeded
from .months import Life

STEPS = OF_SAISINE
# Numbers that only order, among those computed together: the saisines by their opening, the lines of a convention.
ORDERING = {"age", "place"}
# Discrepancies of all lines of a convention and year, which no neighbourhood tells.
OF_A_YEAR = ("'ENVELOPE_70'", "'ENVELOPE_90'", "'ENVELOPE_100'")
QUARTER = "2026-T1"
Tables = dict[str, pa.Table]


@pytest.fixture(autouse=True)
def many_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else all saisines of a world bear on one another."""
    monkeypatch.setattr(journal, "PERSONS", tuple(f"p{number}" for number in range(60)))


def lived(seed: int) -> Life:
    """Two months of deliveries and a quarter, most of it finalised."""
    life = Life(seeded(seed), 40)
    life.receive()
    life.wait()
    life.receive()
    quarter, cutoff, drafted, _ = life.draft()
    life.finalise(quarter, cutoff, drafted)
    life.size = 4
    return life


def inputs(life: Life, cutoff: date) -> Tables:
    start, end = inbox.quarter(QUARTER)
    parameters = {"quarter": QUARTER, "quarter_start": start, "quarter_end": end, "cutoff": cutoff}
    return engine.arrow(life.history.for_engine() | {"parameters": [parameters]})


def rows(rows: pa.Table) -> Counter:
    names = sorted(set(rows.column_names) - ORDERING)
    told = map(repr, zip(*(rows.column(name).to_pylist() for name in names), strict=True))
    return Counter(row for row in told if not any(code in row for code in OF_A_YEAR))


def differing(database: duckdb.DuckDBPyConnection, whole: Tables) -> dict[str, tuple[Counter, Counter]]:
    """By table: the rows that only the whole computation has, those that only the steps have."""
    both = {name: (rows(found), rows(database.table(name).to_arrow_table())) for name, found in whole.items()}
    return {name: (one - other, other - one) for name, (one, other) in both.items() if one != other}


def decided(life: Life, database: duckdb.DuckDBPyConnection) -> Iterator[int]:
    """Decisions, and what they move spliced into what was there; gives how many saisines were computed again each time."""
    known = len(life.tables["decision"])
    life.decide()
    now = inputs(life, life.today)
    for name in ("decision", "decision_basis"):
        neighbourhood.make(database, name, now[name])
    changed = {row["reference"] for row in life.tables["decision"][known:] if row["reference"]}
    splice(database, neighbourhood.recompute(database, changed, STEPS))
    assert differing(database, compute(now, STEPS)) == {}
    yield from (number for (number,) in database.execute("select count(*) from near").fetchall())


def splice(database: duckdb.DuckDBPyConnection, made: Tables) -> None:
    """Put what was computed again in the place of what was there."""
    for name, part in made.items():
        of_a_fiche = {"association", "written"} <= set(part.column_names)
        unnamed = "written is null or (association, written) in (from near_writing)" if of_a_fiche else "true"
        mine = f"saisine in {neighbourhood.NEAR} or saisine is null and ({unnamed})"
        neighbourhood.make(database, "given", part, "temp table")
        database.execute(f"delete from {name} where {mine}").fetchall()
        database.execute(f"insert into {name} by name from given where {mine}").fetchall()


def in_steps(seed: int, rounds: int) -> list[tuple[int, int]]:
    """Of each round: how many saisines were computed again, and how many there are."""
    life = lived(seed)
    given = inputs(life, life.today)
    with duckdb.connect() as database:
        neighbourhood.keep(database, given | compute(given, STEPS | {"exact"}))
        moved = [number for _ in range(rounds) for number in decided(life, database)]
        [(known,)] = database.execute("select count(*) from saisine_case").fetchall()
    return [(number, known) for number in moved]


def test_decisions_move_their_neighbourhood_and_nothing_else() -> None:
    counted = [one for seed in range(2) for one in in_steps(seed, 3)]
    assert any(number < known / 2 for number, known in counted)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(100, 112))
def test_many_decisions_move_their_neighbourhoods_and_nothing_else(seed: int) -> None:
    assert in_steps(seed, 8)


@pytest.mark.parametrize("seed", [5, 6])
def test_what_is_at_stake_is_what_the_whole_would_pay(seed: int) -> None:
    """Were all accepted that can be: computed of the saisines concerned, and of all."""
    life = lived(seed)
    given = inputs(life, life.today)
    with duckdb.connect() as database:
        neighbourhood.keep(database, given | compute(given, STEPS | {"exact"}))
        part = due(supposed(database))
        found = database.table("discrepancy").to_arrow_table().to_pylist()
    able = {
        (row["reference"], row["code"])
        for row in found
        if row["code"] in ACCEPTED and row["reference"] and row["decision_id"] is None and row["severity"] in "BHW"
    }
    whole = due(compute(accepting(life, given, sorted(able)), ["paid"])["paid"])
    numbers = {int(reference[2:4] + reference[5:11]) for reference, _ in able}
    assert numbers
    assert {one: part[one] for one in numbers} == {one: whole[one] for one in numbers}


def due(paid: pa.Table) -> Counter:
    sums: Counter = Counter()
    for row in paid.to_pylist():
        sums[row["saisine"]] += row["paid_cents"] if row["is_due"] else 0
    return sums


def accepting(life: Life, given: Tables, able: list[tuple[str, str]]) -> Tables:
    """The inputs with all of these accepted, as decisions made one by one."""
    acts = engine.all_fingerprints(life.history.for_engine(), [reference for reference, _ in able])
    made = [
        {"decision_id": 10**9 + place, "kind": "accept", "reference": reference, "code": code}
        for place, (reference, code) in enumerate(able)
    ]
    bases = [
        {"decision_id": one["decision_id"], "association": root, "acts": told}
        for one in made
        if one["code"] in OF_A_FICHE
        for root, told in acts[one["reference"]].items()
    ]
    more = {"decision": made, "decision_basis": bases}
    return given | {name: pa.concat_tables([shaped(name, given[name]), table(name, own)]) for name, own in more.items()}
