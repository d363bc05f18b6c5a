"""A power cut between any two writes, a killed command, two processes at once: one statement, one number, no gap."""

import multiprocessing
import os
from datetime import timedelta

import pytest
from sqlalchemy import text

from etl.jobs.settlement import statement_life as life
from etl.warehouse import arrow, drafts, statements

from .conftest import AT
from .lives import STEPS, brought, status_of, stored
from .statements import computing, line, quarters, statement

BREAKS = {
    "the lines": (arrow, "copy_records"),
    "the payees": (statements, "_first_state"),
    "the receivables": (statements, "save_receivables"),
    "the last step": (drafts, "save_step"),
}


@pytest.mark.parametrize("where", BREAKS)
def test_a_failure_between_two_writes_leaves_nothing_half_done(home, monkeypatch, where):
    made = statement([line()])
    name = brought(home, made, "approuve")
    with monkeypatch.context() as patch:
        patch.setattr(*BREAKS[where], lambda *arguments: (_ for _ in ()).throw(RuntimeError("power cut")))
        with pytest.raises(RuntimeError, match="power cut"):
            STEPS["finalise"](home, name, made)
    assert stored(home) == []
    assert status_of(home, name) == "approuve"
    assert STEPS["finalise"](home, name, made) == life.Finalised("ER-CALAE-2026-T1-0001", False)


def _killed(home, name, made):
    def save_step(*_):
        os.kill(os.getpid(), 9)

    drafts.save_step = save_step
    STEPS["finalise"](home, name, made)


def test_a_command_killed_before_it_commits_leaves_nothing_half_done(home):
    made = statement([line()])
    name = brought(home, made, "approuve")
    process = multiprocessing.get_context("fork").Process(target=_killed, args=(home, name, made))
    process.start()
    process.join(60)
    assert process.exitcode == -9
    assert stored(home) == []
    assert STEPS["finalise"](home, name, made) == life.Finalised("ER-CALAE-2026-T1-0001", False)


def _finalise_all(home, rounds, together, answers):
    for name, made in rounds:
        together.wait(60)
        answers.put((name, STEPS["finalise"](home, name, made)))


def test_two_processes_that_finalise_at_once_twenty_times_give_twenty_statements_numbered_without_gap(home):
    names = quarters(20)
    made = [statement([line(act_date=f"{q[:4]}-01-{n:02d}")], quarter=q) for n, q in enumerate(names, 1)]
    rounds = [(brought(home, one, "approuve"), one) for one in made]
    context = multiprocessing.get_context("fork")
    together, answers = context.Barrier(2), context.Queue()
    both = [context.Process(target=_finalise_all, args=(home, rounds, together, answers)) for _ in range(2)]
    for process in both:
        process.start()
    given = [answers.get(timeout=60) for _ in range(40)]
    for process in both:
        process.join(60)
    for n, (name, _) in enumerate(rounds, 1):
        own = [answer for other, answer in given if other == name]
        assert {answer.number for answer in own} == {f"ER-CALAE-{name[0]}-{n:04d}"}
        assert sorted(answer.already for answer in own) == [False, True]
    assert [one["place"] for one in stored(home)] == list(range(1, 21))


def test_two_conventions_finalised_at_once_wait_for_one_another(home):
    """Both could state the same session, so the second computes only once the first has committed."""
    one, other = statement([line()]), statement([line()], convention="AMF")
    names = [brought(home, made, "approuve") for made in (one, other)]
    context = multiprocessing.get_context("fork")
    answers, seen = context.Queue(), context.Queue()

    def slow(made):
        def draft(engine, *_):
            with engine.connect() as connection:
                seen.put(connection.execute(text("SELECT count(*) FROM statements")).scalar_one())
            return computing(made)(engine)

        return draft

    def run(name, made):
        answers.put(life.finalise(home, *name, "finance", AT + timedelta(seconds=1), slow(made)).number)

    both = [context.Process(target=run, args=(name, made)) for name, made in zip(names, (one, other), strict=True)]
    for process in both:
        process.start()
    assert {answers.get(timeout=60) for _ in both} == {"ER-CALAE-2026-T1-0001", "ER-AMF-2026-T1-0001"}
    for process in both:
        process.join(60)
    assert sorted(seen.get(timeout=10) for _ in both) == [0, 1]
