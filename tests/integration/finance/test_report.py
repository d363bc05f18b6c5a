"""The funder's report as the job publishes it: kept as published, and telling of nobody, all issues taken together."""

import re
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from etl.jobs.issuing import issue, report
from etl.model.errors import SaisinesError
from etl.warehouse import issued
from etl.warehouse.server import connect

from .quarters import figures, instant, saisines, settle, take_in, today

sys.path.insert(0, str(Path(__file__).parents[2] / "unit" / "reports"))
AT = instant(today())


def issues(home, convention="CALAE"):
    with connect(home) as engine, engine.connect() as connection:
        return [row["issue"] for row in issued.load_issues(connection, convention)]


def published(home, quarter="2026-T1", number=160, seed=1, at=AT):
    rows = saisines(quarter, number, seed)
    take_in(home, quarter, rows)
    return rows, settle(home, quarter), report.run(home, quarter, "CALAE", "coordination", at)


def test_figures_are_those_of_what_was_taken_in(home):
    rows, _, _ = published(home)
    (made,) = issues(home)
    assert made["cells"]["saisines|*|*"] == len(rows)
    for issue_told in ("pris_en_charge", "injoignable", "refus", "reoriente", "soutien_impossible"):
        shown = made["cells"][f"{issue_told}|*|*"]
        assert shown in (None, sum(row["issue"] == issue_told for row in rows))
    assert made["cells"]["pris_en_charge|*|*"]
    assert made["cells"]["contacts|*|*"] == made["cells"]["pris_en_charge|*|*"]
    delays = sorted(row["delay"] for row in rows if row["issue"] == "pris_en_charge")
    assert made["medians"]["*|*"] == delays[(len(delays) - 1) // 2]
    late = made["cells"]["contacts|*|*"] - made["cells"]["in_clause|*|*"]
    assert 0 < late <= sum(delay > 4 for delay in delays)
    held = sum(row["sessions"] for row in rows if row["issue"] == "pris_en_charge")
    assert made["cells"]["sessions|*|*"] <= held  # some fall in the next quarter
    for place in ("13", "974"):
        shown = made["cells"][f"saisines|{place}|*"]
        assert shown in (None, sum(row["departement"] == place for row in rows))


@pytest.mark.long
def test_a_published_quarter_never_changes_whatever_arrives(home):
    rows, number, first = published(home)
    before = {path.name: path.read_bytes() for path in first.folder.glob("compte-rendu.*")}
    late = [{**row, "issue": "injoignable"} for row in rows if row["issue"] is None]
    take_in(home, "2026-T2", late)
    again = report.run(home, "2026-T1", "CALAE", "une autre", AT + timedelta(days=40))
    assert not again.published_now
    assert {path.name: path.read_bytes() for path in again.folder.glob("compte-rendu.*")} == before
    documents = issue.run(home, number)
    assert {name: (documents / name).read_bytes() for name in before} == before


@pytest.mark.long
def test_a_quarter_is_published_once_even_by_the_database(home):
    published(home)
    with connect(home) as engine, pytest.raises(IntegrityError), engine.begin() as connection:
        row = issued.load_issues(connection, "CALAE")[0]
        issued.save_issue(connection, {name: value for name, value in row.items() if name != "issue_id"})


def test_what_the_referent_psychologist_recorded_is_the_outcome_of_an_impossible_support(home, monkeypatch):
    rows = saisines("2026-T1", 40, 1)
    take_in(home, "2026-T1", rows)
    impossible = [row["reference"] for row in rows if row["issue"] == "soutien_impossible"]
    recorded = {impossible[0]: "renonce", impossible[1]: "autre_aide"}
    monkeypatch.setattr(issued, "load_support_outcomes", lambda connection: recorded)
    with connect(home) as engine:
        found = report.rows(engine, "2026-T1", "CALAE", instant(today()).date(), [])
    outcomes = sum((row["impossible"] for row in found), Counter())
    assert outcomes == Counter({"sans_suite": 1, "redirige": 1, "en_attente": len(impossible) - 2})
    assert sum(row["saisines"] for row in found) == 40


def test_nothing_is_published_before_the_statement_is_finalised(home):
    take_in(home, "2026-T1", saisines("2026-T1", 20, 1))
    with pytest.raises(SaisinesError, match="finalisez-le"):
        report.run(home, "2026-T1", "CALAE", "coordination", AT)
    with pytest.raises(SaisinesError, match="n’est pas passé"):
        report.run(home, "2026-T4", "CALAE", "coordination", AT)
    with pytest.raises(SaisinesError, match="Convention inconnue"):
        report.run(home, "2026-T1", "SNCF", "coordination", AT)


@pytest.mark.long
def test_a_quarter_in_which_nothing_was_to_be_stated_is_reported_all_the_same(home):
    take_in(home, "2026-T1", [{**row, "issue": None} for row in saisines("2026-T1", 30, 1)])
    made = report.run(home, "2026-T1", "CALAE", "coordination", AT)
    before = (made.folder / "compte-rendu.pdf").read_bytes()
    assert issues(home)[0]["cells"]["saisines|*|*"] == 30
    report.run(home, "2026-T1", "CALAE", "coordination", AT + timedelta(days=9))
    assert (made.folder / "compte-rendu.pdf").read_bytes() == before


@pytest.mark.long
def test_no_hidden_figure_follows_from_all_that_was_published(home):
    """Three quarters published one after the other, late fiches in between; the attack knows every sum and every cell shown."""
    from test_funder_disclosure import attack

    folders = []
    for seed, quarter in enumerate(("2025-T4", "2026-T1", "2026-T2"), 1):
        folders.append(published(home, quarter, 120, seed)[2].folder)
    made = issues(home)
    hidden = {(one["quarter"], name) for one in made for name, value in one["cells"].items() if value is None}
    assert len(hidden) > 50
    assert not hidden & set(attack(made))
    _no_file_says_more(folders, made)


def _no_file_says_more(folders, made):
    """The territories of each workbook show the cells of their issue and no other; no file names a saisine."""
    for folder, one in zip(folders, made, strict=True):
        sheets = figures((folder / "compte-rendu.xlsx").read_bytes())
        assert not re.search(r"FV\d\d-\d{6}", str(sheets))
        for row in sheets["Territoires"][5:]:
            if row[0] in one["departements"]:
                assert row[1] == (one["cells"][f"saisines|{row[0]}|*"] or "n. p.")
