"""A night brings what is kept to what a computation of everything would keep: random histories, lived night by night."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pytest

from etl.engine import neighbourhood, night
from etl.engine.compute import compute
from etl.jobs.story.facts import OF_SAISINE
from tests.reference import engine, inbox

from . import journal
from .choose import Choose, seeded
from .months import Life
from .register import Row

Tables = dict[str, pa.Table]
NIGHTS = int(os.environ.get("SAISINES_NIGHTS", "20"))  # of each history of the long run
FIRST_SEED = int(os.environ.get("SAISINES_PROPERTY_SEED", "2000"))
WRONG_CHECK = 11_001  # a decision on what is written with another check character than that of a saisine which a decision alone knows
TWO_YEARS = 30_002  # two years of one convention have used most of their envelopes: one discrepancy
STEPS = (
    "receive",
    "receive",
    "receive_fiches",
    "revise",
    "revise",
    "decide",
    "decide",
    "lose_calls",
    "lose_files",
    "find_again",
    "wait",
)
RARE = ("merge", "amend", "settle", "register_later", "call_ahead")
# `place` orders the lines of a saisine; those of a convention are put in order when a story asks (etl/jobs/story/facts.py).
WITHIN = {"paid": "* replace (row_number() over (partition by convention, saisine order by place) as place)"}


@pytest.fixture(autouse=True)
def many_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else all saisines of a world bear on one another."""
    monkeypatch.setattr(journal, "PERSONS", tuple(f"p{number}" for number in range(60)))


@dataclass
class World:
    """A life, of which calls and files may be withdrawn and received again under the identifiers they had."""

    life: Life
    calls: set[int] = field(default_factory=set)
    files: set[int] = field(default_factory=set)

    @property
    def choose(self) -> Choose:
        return self.life.choose

    def live(self) -> None:
        """What happens until the next night."""
        for _ in range(1 + self.choose.up_to(2)):
            step = self.choose.one(RARE) if self.choose.chance(6) else self.choose.one(STEPS)
            (getattr(self, step, None) or getattr(self.life, step))()
        self.life.today += timedelta(days=self.choose.one((1, 1, 1, 0, 4)))

    def lose_calls(self) -> None:
        rows = self.life.tables["contact"]
        self.calls |= {self.choose.one(rows)["contact_id"] for _ in range(self.choose.one((1, 2, 5)))}

    def lose_files(self) -> None:
        if rows := self.life.tables["fiche"]:
            self.files |= {self.choose.one(rows)["delivery_id"] for _ in range(self.choose.one((1, 2)))}

    def find_again(self) -> None:
        self.calls = {one for one in self.calls if self.choose.chance(50)}
        self.files = {one for one in self.files if self.choose.chance(50)}

    def settle(self) -> None:
        quarter, cutoff, drafted, _ = self.life.draft()
        self.life.finalise(quarter, cutoff, drafted)

    def register_later(self) -> None:
        """A decision about a day to come."""
        day = self.life.today + timedelta(days=self.choose.one((0, 2, 9)))
        number = 1 + len(self.life.tables["decision"])
        told = {
            "reference": self.choose.one(journal.REFERENCES),
            "association": "A2",
            "convention": "CA",
            "qualite": "elu",
        }
        blank = dict.fromkeys(("code", "written", "new_association"))
        self.life.history.decide([blank | told | {"decision_id": number, "kind": "register_saisine", "day": day}])

    def call_ahead(self) -> None:
        """A call dated of a day to come."""
        tables, known = self.life.tables, self.choose.one(journal.REFERENCES)
        day = self.life.today + timedelta(days=self.choose.one((1, 3, 9)))
        tables["contact"].append(journal.row(self.choose, tables, known, day, self.life.today, 0))

    def seen(self, cutoff: date) -> dict[str, list[Row]]:
        """What the warehouse gives as of a day."""
        tables = self.life.history.for_engine()
        given = dict(tables)
        given["contact"] = [
            row for row in tables["contact"] if row["contact_id"] not in self.calls and row["received_on"] <= cutoff
        ]
        given["fiche"] = [
            row for row in tables["fiche"] if row["delivery_id"] not in self.files and row["received_on"] <= cutoff
        ]
        groups = {row["fiche_group_id"] for row in given["fiche"]}
        given["session"] = [
            row | {"session_id": number}  # theirs may stand twice
            for number, row in enumerate(tables["session"], 1)
            if row["fiche_group_id"] in groups and row["delivery_id"] not in self.files
        ]
        return given

    def inputs(self, quarter: str, cutoff: date) -> Tables:
        start, end = inbox.quarter(quarter)
        parameters = {"quarter": quarter, "quarter_start": start, "quarter_end": end, "cutoff": cutoff}
        return engine.arrow(self.seen(cutoff) | {"parameters": [parameters], "payee_check": []})


def whole(given: Tables) -> duckdb.DuckDBPyConnection:
    """What a computation of everything keeps."""
    database = duckdb.connect(config={"threads": 1})
    neighbourhood.keep(database, given | compute(given, OF_SAISINE | {"exact"}))
    return database


def kept(database: duckdb.DuckDBPyConnection) -> dict[str, Counter]:
    """Each kept table, as rows whatever their order."""
    names = [
        name for (name,) in database.execute("select table_name from duckdb_tables() where not temporary").fetchall()
    ]
    return {name: _rows(database.sql(f"select {WITHIN.get(name, '*')} from {name}")) for name in names}


def _rows(found: duckdb.DuckDBPyRelation) -> Counter:
    columns = [found.columns.index(name) for name in sorted(found.columns)]
    return Counter(repr([row[place] for place in columns]) for row in found.fetchall())


def differing(one: dict[str, Counter], other: dict[str, Counter]) -> dict[str, tuple[Counter, Counter]]:
    """By table: the rows that only the first has, those that only the other has."""
    names = one.keys() | other.keys()
    both = {name: (one.get(name, Counter()), other.get(name, Counter())) for name in names}
    return {name: (left - right, right - left) for name, (left, right) in both.items() if left != right}


def moved(before: Tables, now: Tables) -> tuple[Tables, Tables]:
    """The rows received that came, and the identifiers of those that went."""
    ids = {
        name: (set(before[name][key].to_pylist()), set(now[name][key].to_pylist()))
        for name, key in night.RECEIVED.items()
    }
    came = {name: _with(now[name], night.RECEIVED[name], after - then) for name, (then, after) in ids.items()}
    gone = {name: _with(before[name], night.RECEIVED[name], then - after) for name, (then, after) in ids.items()}
    return came, gone


def _with(rows: pa.Table, key: str, wanted: set[int]) -> pa.Table:
    return rows.filter(pa.array([one in wanted for one in rows[key].to_pylist()], pa.bool_()))


def nights(seed: int, number: int) -> Counter:
    """How many nights went which way; each left what everything gives."""
    choose = seeded(seed)
    world = World(begun(choose, seed))
    quarter = choose.one(("2026-T1", "2026-T1", "2026-T2"))
    before = world.inputs(quarter, world.life.today)
    database, ways = whole(before), Counter()
    for turn in range(number):
        world.live()
        now = world.inputs(quarter, world.life.today)
        why = "stated" if now["stated"] != before["stated"] else night.doubt(database, given_whole(now))
        expected = whole(now)
        if why:
            database = expected
        else:
            count = night.advance(database, *moved(before, now), given_whole(now))
            ways["saisines"] += count
            ways["of"] += len({row["reference"] for row in world.life.tables["contact"]})
            assert differing(kept(expected), kept(database)) == {}, (seed, turn)
        ways[why or "night"] += 1
        before = now
    return ways


def given_whole(now: Tables) -> Tables:
    return {name: rows for name, rows in now.items() if name not in night.RECEIVED and name != "stated"}


def begun(choose: Choose, seed: int) -> Life:
    """Two months of deliveries, most of them settled in a quarter finalised or not."""
    life = Life(choose, 40)
    life.receive()
    life.wait()
    life.receive()
    quarter, cutoff, drafted, _ = life.draft()
    if seed % 3:
        life.finalise(quarter, cutoff, drafted)
    life.size = 4
    return life


@pytest.mark.parametrize("seed", [1, 2])
def test_a_few_nights_leave_what_everything_gives(seed: int) -> None:
    ways = nights(seed, 6)
    assert ways["night"] > 2
    assert ways["saisines"] < ways["of"]


@pytest.mark.long
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("seed", [*range(FIRST_SEED, FIRST_SEED + 16), WRONG_CHECK, TWO_YEARS])
def test_many_nights_leave_what_everything_gives(seed: int) -> None:
    assert nights(seed, NIGHTS)["night"]
