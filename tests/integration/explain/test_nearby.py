"""A story told from what `reconcile` keeps is the one that the whole computation tells."""

from contextlib import closing

import pytest
from sqlalchemy import text

from etl.jobs.matching import decide, kept, reconcile
from etl.jobs.matching.acts import fingerprints
from etl.jobs.matching.decision_rules import OF_A_FICHE
from etl.jobs.matching.since import since_file
from etl.jobs.story import explain
from etl.jobs.story import nearby as story_nearby
from etl.jobs.story.facts import compute_all
from etl.warehouse.server import connect, running
from tests.integration.explain.sampled import AT, fill
from tests.integration.explain.test_explain import finalise

DAY = AT.date()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A finalised quarter of one convention, all reconciled since."""
    folder = tmp_path_factory.mktemp("nearby")
    with running(folder / "home", create=True):
        fill(folder / "home", folder / "box")
        finalise(folder / "home")
        reconcile.run(folder / "home", AT)
        yield folder / "home"


def both(home, references=None):
    """Of every saisine, or of some: the story of the whole computation, and the one of what is kept."""
    with connect(home) as engine, engine.connect() as connection:
        computed = compute_all(engine, DAY)
        for reference in references or known(computed):
            found = story_nearby.kept(home, engine, DAY, reference)
            assert found is not None
            with closing(found.database):
                yield explain.read(connection, computed, reference), explain.read(connection, found, reference)


def known(computed):
    return [one for (one,) in computed.database.execute("select reference from saisine_case order by 1").fetchall()]


def acceptable(home):
    """A saisine and a code about its fiche that a decision may accept."""
    with connect(home) as engine:
        rows = compute_all(engine, DAY).rows("discrepancy", "code", OF_A_FICHE)
    return min((row["reference"], row["code"]) for row in rows if row["reference"])


def decided(home, *decisions):
    own = {"author": "Ada", "reason": "essai"}
    decide.run(home, [own | one for one in decisions], AT, fingerprints)


def test_every_story_is_the_same_from_what_is_kept(home):
    told = list(both(home))
    assert len(told) > 50
    assert [whole["reference"] for whole, kept in told if whole != kept] == []
    assert any(cap["kind"] == "envelope" for whole, _ in told for act in whole["acts"] for cap in (act["money"] or {}).get("caps", []))  # fmt: skip


def test_decisions_since_change_the_story_without_computing_all_again(home, monkeypatch):
    with connect(home) as engine:
        references = known(compute_all(engine, DAY))
        before = kept.last(home, kept.state_of(engine))
    (lifted, code), disputed, refused, moved = acceptable(home), *references[30:33]
    decided(
        home,
        {"kind": "accept", "reference": lifted, "code": code},
        {"kind": "dispute", "reference": disputed},
        {"kind": "refuse", "reference": refused},
        {"kind": "requalify", "reference": moved, "convention": "SPORT"},
    )
    chosen = [lifted, disputed, refused, moved, *references[40:44]]
    told = list(both(home, chosen))
    assert [whole["reference"] for whole, one in told if whole != one] == []
    assert [row["state"] for whole, _ in told[:4] for row in whole["decisions"]] == ["holds"] * 4
    assert [row["code"] for row in told[1][1]["discrepancies"] if row["code"] == "DISPUTED"] == ["DISPUTED"]
    with connect(home) as engine:
        assert kept.last(home, kept.state_of(engine)) == before
    monkeypatch.setattr(explain, "compute_all", None)
    assert explain.run(home, lifted, "essai", AT) == told[0][0]


def test_what_else_came_since_is_not_told_from_an_older_file(home):
    """Whatever the state of the warehouse is made of, but decisions; and another day."""
    with connect(home) as engine:
        reference, state = known(compute_all(engine, DAY))[0], kept.state_of(engine)
        before = kept.last(home, state)
        for place in range(1, len(state) - 1):
            other = (*state[:place], -1, *state[place + 1 :])
            assert since_file(before, engine, other, DAY) is None
        assert since_file(before, engine, state, DAY.replace(day=DAY.day + 1)) is None
        with engine.begin() as connection:
            connection.execute(text("update associations set loaded_at = loaded_at + interval '1 second'"))
        assert story_nearby.kept(home, engine, DAY, reference) is None
