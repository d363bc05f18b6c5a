"""A story told from what `reconcile` keeps is the one that the whole computation tells."""

import pytest

from etl.jobs.matching import decide, reconcile
from etl.jobs.story import explain
from etl.jobs.story import nearby as story_nearby
from etl.jobs.story.facts import compute_all
from etl.warehouse.server import connect, running
from tests.integration.explain.sampled import AT, fill
from tests.integration.explain.test_explain import finalise


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A finalised quarter of one convention, a dispute in another, all reconciled since."""
    folder = tmp_path_factory.mktemp("nearby")
    with running(folder / "home", create=True):
        fill(folder / "home", folder / "box")
        finalise(folder / "home")
        reconcile.run(folder / "home", AT)
        yield folder / "home"


def both(home):
    """Of every saisine: the story of the whole computation, and the one of what is kept."""
    with connect(home) as engine, engine.connect() as connection:
        computed = compute_all(engine, AT.date())
        kept = story_nearby.kept(home, engine, AT.date())
        assert kept is not None
        for reference in references(computed):
            yield explain.read(connection, computed, reference), explain.read(connection, kept, reference)


def references(computed):
    return [one for (one,) in computed.database.execute("select reference from saisine_case order by 1").fetchall()]


def test_every_story_is_the_same_from_what_is_kept(home):
    told = list(both(home))
    assert len(told) > 50
    assert [whole["reference"] for whole, kept in told if whole != kept] == []
    assert any(cap["kind"] == "envelope" for whole, _ in told for act in whole["acts"] for cap in (act["money"] or {}).get("caps", []))  # fmt: skip


def test_what_is_kept_of_another_state_is_not_used(home):
    with connect(home) as engine:
        reference = references(compute_all(engine, AT.date()))[0]
        decide.run(home, [{"kind": "dispute", "reference": reference, "author": "Ada", "reason": "essai"}], AT)
        assert story_nearby.kept(home, engine, AT.date()) is None
        reconcile.run(home, AT)
        kept = story_nearby.kept(home, engine, AT.date())
        assert kept is not None
        assert kept.rows("discrepancy", "code", ["DISPUTED"])
