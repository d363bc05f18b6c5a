"""Which drafts a morning makes: those of yesterday's cutoff, and those that a sleeping scheduler missed."""

import os
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from etl.jobs.intake import inbox
from etl.jobs.running import init
from etl.jobs.settlement import draft, due, takeover
from etl.model.quarter import PARIS
from etl.warehouse import server

CONTRACT = Path(__file__).parents[3] / "shared" / "contract"
CASE = CONTRACT / "cases" / "one-clean-quarter"
AT = datetime(2026, 5, 4, 3, tzinfo=UTC)
EARLY, LATE = ["AMF", "CALAE", "ENSEIGNE"], ["SPORT"]
pytestmark = pytest.mark.skipif(not CASE.is_dir(), reason="the contract's worked cases are not beside the project")


def group(conventions: list[str], quarter: str = "2026-T1") -> dict[str, Any]:
    return {"quarter": quarter, "conventions": conventions}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A home that holds the calls and fiches of the first quarter of 2026, and no draft."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made, noon = tmp_path / "home", datetime(2026, 4, 2, 12, tzinfo=PARIS).timestamp()
    for kind, batch in (("journal", "1"), ("fiches", "2")):
        shutil.copytree(CASE / batch / kind, tmp_path / "inbox" / kind)
    for path in (tmp_path / "inbox").rglob("*.*"):
        os.utime(path, (noon, noon))
    with server.running(made, create=True):
        init.run(made, CONTRACT / "conventions", CASE / "associations.csv", "test", AT)
        for kind in ("journal", "fiches"):
            inbox.run(made, tmp_path / "inbox", kind, AT)
        yield made


def test_conventions_that_share_a_cutoff_are_one_piece_of_work(home: Path) -> None:
    assert due.asked(home, "2026-T1") == [group(EARLY), group(LATE)]


def test_a_morning_on_which_nothing_ran_is_made_up_for_as_soon_as_something_does(home: Path) -> None:
    assert due.due(home, date(2026, 4, 15)) == []
    assert due.due(home, date(2026, 4, 16)) == [group(EARLY)]
    assert due.due(home, date(2026, 5, 4)) == [group(EARLY), group(LATE)]
    draft.run(home, "2026-T1", AT, convention=EARLY)
    assert due.due(home, date(2026, 5, 4)) == [group(LATE)]
    assert due.due(home, date(2026, 4, 16)) == [group(EARLY)]  # its own morning again: harmless
    draft.run(home, "2026-T1", AT, convention=LATE)
    assert due.due(home, date(2026, 5, 4)) == []


def test_a_draft_made_before_the_cutoff_does_not_stand_for_the_one_that_is_due(home: Path) -> None:
    draft.run(home, "2026-T1", AT, convention="CALAE", cutoff=date(2026, 4, 2))
    assert due.due(home, date(2026, 5, 4)) == [group(EARLY), group(LATE)]


def test_a_quarter_taken_over_from_the_spreadsheets_is_not_made_up_for(home: Path, tmp_path: Path) -> None:
    lines = tmp_path / "reprise.csv"
    head = "convention;reference;association;prestation;act_date;nth;amount_cents"
    lines.write_text(f"{head}\nSPORT;FV26-000123-W;AAV013;PSY;2026-02-03;1;5500\n", encoding="utf-8")
    takeover.run(home, lines, date(2026, 3, 31), "camille", "reprise des tableaux", AT)
    assert due.due(home, date(2026, 5, 4)) == [group(EARLY)]


def test_a_quarter_without_calls_is_only_drafted_on_its_own_morning(home: Path) -> None:
    assert due.due(home, date(2026, 7, 16)) == [group(EARLY), group(LATE), group(EARLY, "2026-T2")]
    assert due.due(home, date(2026, 7, 17)) == [group(EARLY), group(LATE)]
