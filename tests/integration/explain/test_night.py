"""Results made from those of the day before are those that everything gives: over a warehouse, with what the desk shows of them."""

import json
import shutil
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from etl.jobs.intake import deliveries, inbox
from etl.jobs.matching import decide, kept, propose, reconcile, results, shown
from etl.jobs.matching import night as following
from etl.jobs.matching.acts import fingerprints
from etl.jobs.running import init, sample
from etl.model.quarter import civil_day
from etl.warehouse.server import connect, running
from etl.warehouse.watch import save_act
from tests.integration.explain.sampled import AT
from tests.integration.explain.test_explain import finalise

ORDER_ONLY = {"paid": "exclude (place)"}  # told of the lines of a saisine among themselves
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A quarter of which the fiches of a third of the associations have not come, reconciled."""
    folder = tmp_path_factory.mktemp("night")
    home, box = folder / "home", folder / "box"
    sample.run(box, 60)
    (folder / "late").mkdir()
    for path in sorted((box / "fiches").iterdir())[::3]:
        shutil.move(path, folder / "late" / path.name)
    with running(home, create=True):
        init.run(home, box / "conventions", box / "associations.csv", "installation", AT)
        for kind in ("journal", "fiches"):
            inbox.run(home, box, kind, AT)
        reconcile.run(home, AT)
        for path in (folder / "late").iterdir():
            shutil.move(path, box / "fiches" / path.name)
        yield home


def night(home, at, caplog):
    """Reconcile, and give what the log tells of how."""
    found = reconcile.run(home, at)
    told = json.loads(caplog.records[-1].message)["counts"]
    return found, {name: count for name, count in told.items() if name == "again" or name.startswith("whole.")}


def contents(home, at):
    """The tables of the file of the present state and of what the desk shows of it, as rows whatever their order."""
    with connect(home) as engine:
        path = kept.place(home, kept.state_of(engine), civil_day(at))
        results.shown(home, engine, civil_day(at))
    with kept.seen(path, kept.beside(path)) as database:
        names = [
            name for (name,) in database.execute("select view_name from duckdb_views() where not internal").fetchall()
        ]
        rows = {name: database.sql(f"select * {ORDER_ONLY.get(name, '')} from {name}") for name in names}
        return {name: Counter(map(repr, found.fetchall())) for name, found in rows.items()}


def from_scratch(home, at):
    """What a home that kept nothing finds."""
    before = home.joinpath(*kept.FOLDER)
    before.rename(before.with_name("before"))
    try:
        found = reconcile.run(home, at)
        return found, contents(home, at)
    finally:
        shutil.rmtree(before)
        before.with_name("before").rename(before)


def decided(home, at, *made):
    decide.run(home, [{"author": "Ada", "reason": "essai"} | one for one in made], at, fingerprints)


def test_fiches_decisions_a_withdrawal_and_a_new_day_are_followed(home, caplog):
    at = AT + DAY
    inbox.run(home, home.parent / "box", "fiches", at)
    deliveries.withdraw(home, 5, "Ada", "essai", at)
    gap = {"kind": "accept", "code": "JOURNAL_GAP", "day": "2026-02-07"}
    decided(home, at, {"kind": "dispute", "reference": some(home)}, gap)
    found, way = night(home, at, caplog)
    assert way["again"] < found.saisines
    whole, tables = from_scratch(home, at)
    assert found == whole
    assert {"queue", "proposal", "paid", "contact"} <= tables.keys()
    made = contents(home, at)
    assert {
        name: (tables[name] - made[name], made[name] - tables[name]) for name in tables if tables[name] != made[name]
    } == {}
    assert tables.keys() == made.keys()
    assert proposed(home, at) == propose.run(home, at)


def proposed(home, at):
    """The proposals that the desk shows."""
    with connect(home) as engine:
        path = kept.place(home, kept.state_of(engine), civil_day(at))
    with kept.seen(path, kept.beside(path)) as database:
        rows = database.execute("select content from proposal order by place").fetchall()
    assert rows
    return [shown.proposal_from(content) for (content,) in rows]


def some(home):
    with connect(home) as engine, engine.connect() as connection:
        return str(connection.execute(text("select min(reference) from contacts")).scalar_one())


def test_what_is_stated_since_computes_everything(home, caplog):
    finalise(home)
    assert night(home, AT + 2 * DAY, caplog)[1] == {"whole.STATED": 1}


def test_rows_judged_again_compute_everything(home):
    with connect(home) as engine:
        state = kept.state_of(engine)
        told = (*state[:8], state[8] + 1, *state[9:])
        with kept.seen(kept.last(home, state)) as database:
            assert following.follow(database, engine, told, civil_day(AT + 2 * DAY)) == "replayed"


def test_a_register_read_again_is_followed_and_another_one_computes_everything(home, caplog):
    with connect(home) as engine, engine.begin() as connection:
        connection.execute(text("update associations set loaded_at = loaded_at + interval '1 second'"))
    assert "again" in night(home, AT + 3 * DAY, caplog)[1]
    with connect(home) as engine, engine.begin() as connection:
        connection.execute(
            text("update associations set departement = '974', loaded_at = loaded_at + interval '1 second'")
        )
    assert night(home, AT + 3 * DAY, caplog)[1] == {"whole.ASSOCIATION": 1}


def test_the_results_of_today_are_looked_up(home, monkeypatch, caplog):
    monkeypatch.setattr(results, "compute", None)
    assert night(home, AT + 3 * DAY, caplog)[1] == {}


def test_after_an_erasure_everything_is_computed_from_nothing_kept(home, caplog):
    with connect(home) as engine, engine.begin() as connection:
        save_act(connection, "erasure", {}, "dpo", "test", AT)
    assert night(home, AT + 3 * DAY, caplog)[1] == {"whole.FIRST": 1}
