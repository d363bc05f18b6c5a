"""The story of a saisine, through the real command line, on a small home."""

import json
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from etl.cli.app import app
from etl.jobs.matching import decide
from etl.jobs.settlement import draft, statement_life
from etl.jobs.story import explain
from etl.jobs.story.facts import compute_all
from etl.model.errors import SaisinesError
from etl.model.reference import make
from etl.warehouse.server import connect, running
from tests.integration.explain.sampled import AT, fill

CUTOFF = date(2026, 4, 15)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A finalised first quarter of CALAE, the server held for the whole module."""
    folder = tmp_path_factory.mktemp("explain")
    with running(folder / "home", create=True):
        fill(folder / "home", folder / "box")
        finalise(folder / "home")
        yield folder / "home"


def finalise(home):
    [made] = draft.run(home, "2026-T1", AT, "CALAE", CUTOFF)
    by = (home, "2026-T1", "CALAE", made["digest"])
    statement_life.submit(*by, "Ada", AT)
    statement_life.approve(*by, "Grace", AT)
    statement_life.finalise(*by, "Grace", AT, draft.recompute)


@pytest.fixture(scope="module")
def stories(home):
    """The story of every saisine, from one computation."""
    with connect(home) as engine, engine.connect() as connection:
        computed = compute_all(engine, AT.date())
        cases = computed.database.execute("select reference, beneficiaire from saisine_case").fetchall()
        references, persons = [one for one, _ in cases], {one for _, one in cases if one}
        phones = {
            one for (one,) in computed.database.execute("select numero_appele from journal_row").fetchall() if one
        }
        return {one: explain.read(connection, computed, one) for one in references}, persons, phones


def test_no_story_shows_a_pseudonym_or_a_telephone_number(stories):
    told, persons, phones = stories
    everything = json.dumps(told, ensure_ascii=False) + "".join("\n".join(explain.told(one)) for one in told.values())
    assert persons and phones
    assert [one for one in persons if one[:8] in everything] == []
    assert [one for one in phones if one.lstrip("+") in everything or one[-9:] in everything] == []


def test_the_uplifts_named_make_the_rate_and_the_price(stories):
    made = [act["money"] for one in stories[0].values() for act in one["acts"] if act["money"]]
    assert len(made) > 50
    assert all(sum(up["pct_e4"] for up in one["uplifts"]) == one["pct_e4"] for one in made)


def test_every_line_stated_or_to_come_is_an_act_of_the_story(stories):
    names = ("association", "prestation", "act_date", "nth")
    for story in stories[0].values():
        acts = {tuple(act[name] for name in names) for act in story["acts"]}
        lines = [line for one in story["stated"]["statements"] for line in one["lines"]] + story["next"]["lines"]
        assert {tuple(line[name] for name in names) for line in lines} <= acts


def test_each_row_tells_its_delivery_its_place_and_how_its_reception_is_known(stories):
    rows = [row["delivery"] for one in stories[0].values() for part in ("journal", "fiches") for row in one[part]]
    assert rows
    assert all(row["number"] and row["file"] and row["row"] and row["received_on"] for row in rows)
    assert {row["received_how"] for row in rows} == {"source"}


def test_a_repaired_reference_says_what_was_written_and_what_was_read(stories):
    told = [line for one in stories[0].values() for line in explain.told(one) if "référence réparée" in line]
    assert told
    assert all("lue FV26-" in line for line in told)


def test_what_is_stated_adds_up(home, stories):
    with connect(home) as engine, engine.connect() as connection:
        total = connection.execute(text("SELECT sum(amount_cents) FROM statement_lines")).scalar()
    assert sum(one["stated"]["sum_cents"] for one in stories[0].values()) == total > 0


def test_a_reading_is_written_down_and_any_writing_is_understood(home, stories):
    reference = next(iter(stories[0]))
    explain.run(home, reference.lower().replace("-", " "), "compte", AT)
    with connect(home) as engine, engine.connect() as connection:
        rows = connection.execute(text("SELECT reference, how, account FROM readings")).fetchall()
    assert (reference, "explain", "compte") in [tuple(row) for row in rows]


def test_a_malformed_reference_is_refused_with_those_it_may_mean(home, stories):
    reference = next(iter(stories[0]))
    with pytest.raises(SaisinesError, match=f"Vouliez-vous dire.*{reference}"):
        explain.run(home, reference[:-1], "compte", AT)


def test_a_right_reference_that_nobody_sent_is_refused(home):
    with pytest.raises(SaisinesError, match="Aucune saisine"):
        explain.run(home, make(1998, 123), "compte", AT)


def test_a_decision_and_its_withdrawal_are_told(home, stories):
    reference = list(stories[0])[-1]
    one = {"kind": "refuse", "reference": reference, "author": "Ada", "reason": "essai"}
    decide.run(home, [one, one | {"kind": "withdraw", "code": "refuse", "reason": "erreur"}], AT)
    story = explain.run(home, reference, "compte", AT)
    assert [row["state"] for row in story["decisions"]] == ["withdrawn", "holds"]
    assert any("retirée par la décision" in line for line in explain.told(story))


def test_the_command_line_tells_and_gives_data(home, stories, monkeypatch):
    monkeypatch.setenv("SAISINES_HOME", str(home))
    reference = next(one for one, story in stories[0].items() if story["stated"]["statements"])
    told = CliRunner().invoke(app, ["explain", reference])
    data = CliRunner().invoke(app, ["explain", reference, "--json"])
    assert told.exit_code == data.exit_code == 0
    assert f"Saisine {reference}" in told.output
    assert "ER-CALAE-2026-T1-0001" in told.output
    assert json.loads(data.output)["reference"] == reference


def test_an_earlier_moment_sees_less(home, stories):
    reference = next(one for one, story in stories[0].items() if story["fiches"])
    early = explain.run(home, reference, "compte", datetime(2026, 4, 2, 12, tzinfo=UTC))
    assert early["as_of"] == "2026-04-02"
    assert early["fiches"] == []
