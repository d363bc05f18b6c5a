"""What the desk shows is written once, by whoever computes it first, and read by any number of processes."""

import stat
import subprocess
import sys

import pytest

from etl import settings
from etl.jobs.matching import decide, kept, reconcile, results
from etl.model.quarter import civil_day
from etl.warehouse.watch import save_act
from etl.web import snapshot

READ = "from etl.web import snapshot; s = snapshot.shown(); print(s.stale, s.snapshot.rows('select count(*) as n from queue')[0]['n'])"


@pytest.fixture
def at(home, monkeypatch):
    monkeypatch.setenv("SAISINES_HOME", str(home))
    return settings.now()


def computed(monkeypatch):
    """Which computations are made from here on."""
    made = []

    def told(module, name):
        whole = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *given: made.append(name) or whole(*given))

    for module, name in ((results, "compute"), (results.night, "follow"), (results, "show")):
        told(module, name)
    return made


def test_the_first_page_makes_what_the_desk_shows_from_what_reconcile_wrote_and_the_next_compute_nothing(
    home, engine, at, monkeypatch
):
    reconcile.run(home, at)
    path = kept.place(home, kept.state_of(engine), civil_day(at))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    made = computed(monkeypatch)
    shown = snapshot.shown(home)
    assert (shown.stale, shown.snapshot.path, made) == (False, path, ["show"])
    assert stat.S_IMODE(kept.beside(path).stat().st_mode) == 0o600
    assert (snapshot.shown(home).snapshot is shown.snapshot, made) == (True, ["show"])
    told = subprocess.run([sys.executable, "-c", READ], capture_output=True, text=True, check=True).stdout
    assert told == f"False {shown.snapshot.rows('select count(*) as n from queue')[0]['n']}\n"


def test_after_a_decision_the_last_results_are_shown_as_such_and_the_next_are_made_once(home, engine, at, monkeypatch):
    reconcile.run(home, at)
    before = snapshot.shown(home).snapshot.path
    gap = {"kind": "accept", "code": "JOURNAL_GAP", "day": "2026-02-07", "author": "camille", "reason": "vu"}
    decide.run(home, [gap], at)
    monkeypatch.setattr(snapshot.threading, "Thread", lambda **named: type("Never", (), {"start": lambda self: None})())
    stale = snapshot.shown(home)
    assert (stale.stale, stale.snapshot.path) == (True, before)
    made = computed(monkeypatch)
    after = snapshot.refreshed(home)
    assert snapshot.refreshed(home) is after
    assert (after.path != before, after.last_decision, made) == (True, 1, ["follow", "show"])
    snapshot._begun.discard(home)


def test_only_the_last_results_are_kept_and_they_hold_no_bank_details(home, engine, at):
    for number in range(4):
        decide.run(
            home,
            [{"kind": "accept", "code": "JOURNAL_GAP", "day": f"2026-02-0{number + 1}", "author": "c", "reason": "vu"}],
            at,
        )
        reconcile.run(home, at)
    files = list(home.joinpath(*kept.FOLDER).glob("*.duckdb"))
    assert len(files) == results.KEPT
    register = snapshot.shown(home).snapshot.rows("select content from register")
    assert len(register) == 3
    assert all(b"FR7699999" not in path.read_bytes() for path in files)


def test_what_was_erased_is_shown_from_no_older_results(home, engine, at):
    reconcile.run(home, at)
    before = snapshot.shown(home).snapshot.path
    with engine.begin() as connection:
        save_act(connection, "erasure", {}, "dpo", "test", at)
    shown = snapshot.shown(home)
    assert (shown.stale, shown.snapshot.path != before, before.exists()) == (False, True, False)
