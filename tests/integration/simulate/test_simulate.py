"""A simulation on a small home: what it says, what it writes, and that it leaves the warehouse as it was."""

import json
import shutil

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from etl.cli.app import app
from etl.jobs.settlement import draft, simulate, statement_life
from etl.model.convention_set import read_directory
from etl.warehouse.server import connect, running
from tests.integration.explain.sampled import AT, fill


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a home, its inbox, and other conventions in which a PEC is dearer."""
    folder = tmp_path_factory.mktemp("simulate")
    with running(folder / "home", create=True):
        fill(folder / "home", folder / "box")
        shutil.copytree(folder / "box" / "conventions", folder / "other")
        common = folder / "other" / "commun.yaml"
        common.write_text(common.read_text().replace('PEC: {montant: "92.50"}', 'PEC: {montant: "102.50"}'))
        yield folder


def counts(home):
    with connect(home) as engine, engine.connect() as connection:
        names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar() for name in names}


def test_nothing_is_written_to_the_warehouse(place):
    before = counts(place / "home")
    simulate.run(place / "home", "2026-T2", place / "other", AT, 2, place / "out", fresh=True)
    assert counts(place / "home") == before
    assert before["contacts"] > 0


def test_the_difference_adds_up_by_line_association_and_convention(place):
    made = simulate.run(place / "home", "2026-T1", place / "other", AT)
    assert made["difference_cents"] > 0
    sums = [sum(row["difference_cents"] for row in made[part]) for part in ("lines", "associations", "conventions")]
    assert sums == [made["difference_cents"]] * 3


def test_the_files_hold_all_lines_that_differ(place, tmp_path):
    made = simulate.run(place / "home", "2026-T1", place / "other", AT, out=tmp_path)
    assert json.loads((tmp_path / "simulation.json").read_text()) == made
    rows = (tmp_path / "difference.csv").read_bytes().decode("utf-8-sig").splitlines()
    assert rows[0].startswith("trimestre;convention;association;saisine;")
    assert len(rows) == 1 + len(made["lines"])


@pytest.mark.long
def test_an_act_is_in_one_quarter_only(place):
    made = simulate.run(place / "home", "2026-T2", place / "other", AT, 2)
    acts = [
        tuple(row[name] for name in ("saisine", "association", "prestation", "act_date", "nth"))
        for row in made["lines"]
    ]
    assert len(acts) == len(set(acts)) > 0


def test_the_comparison_reads_no_clock_and_lists_no_line(place):
    before, after = read_directory(place / "box" / "conventions"), read_directory(place / "other")
    with connect(place / "home") as engine:
        made = simulate.compare(engine, before, after)
        assert made == simulate.compare(engine, before, after)
        assert simulate.compare(engine, before, before)["difference_cents"] == 0
    assert made["quarters"] == ["2026-T1"]
    assert "lines" not in made
    assert any("simulés" in line for line in simulate.told(made))


def test_the_command_says_the_difference(place, monkeypatch):
    monkeypatch.setenv("SAISINES_HOME", str(place / "home"))
    done = CliRunner().invoke(app, ["simulate", "2026-T1", "--conventions", str(place / "other"), "--fresh"])
    assert done.exit_code == 0
    assert "Par association" in done.output


@pytest.mark.long
def test_zz_fresh_leaves_finalised_statements_out(place):
    """Last: it finalises a statement."""
    fresh = simulate.run(place / "home", "2026-T1", place / "other", AT, fresh=True)
    [made] = draft.run(place / "home", "2026-T1", AT, "CALAE")
    by = (place / "home", "2026-T1", "CALAE", made["digest"])
    statement_life.submit(*by, "Ada", AT)
    statement_life.approve(*by, "Grace", AT)
    statement_life.finalise(*by, "Grace", AT, draft.recompute)
    assert simulate.run(place / "home", "2026-T1", place / "other", AT, fresh=True) == fresh
    known = simulate.run(place / "home", "2026-T1", place / "box" / "conventions", AT)
    [calae] = [row for row in known["conventions"] if row["convention"] == "CALAE"]
    assert (calae["lines_before"], calae["difference_cents"]) == (0, 0)
