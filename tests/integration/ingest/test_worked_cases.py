"""The inputs of the contract's worked cases: all taken in, every row somewhere, nothing refused."""

import json
from datetime import date
from pathlib import Path

import pytest
from ingest_moment import UNEXPLAINED

CASES = next(
    (
        parent.parent / "shared" / "contract" / "cases"
        for parent in Path(__file__).parents
        if (parent / "pyproject.toml").exists()
    ),
    Path("nowhere"),
)
ROWS = {  # read, accepted, duplicate, ignored
    "one-clean-quarter": (269, 268, 0, 1),
    "one-messy-quarter": (592, 589, 2, 1),
    "one-tight-quarter": (615, 612, 2, 1),
    "take-over": (718, 715, 1, 2),
    "two-quarters": (1019, 1015, 2, 2),
}


@pytest.mark.skipif(not CASES.is_dir(), reason="the contract is not beside the project")
@pytest.mark.parametrize("case", ROWS)
def test_every_row_of_a_worked_case_is_accepted(fresh_desk, case):
    desk = fresh_desk()
    reports = [
        desk.ingest(CASES / case / step["ingest"], on=date.fromisoformat(step["received_on"]))
        for step in json.loads((CASES / case / "steps.json").read_text(encoding="utf-8"))
        if "ingest" in step
    ]
    assert [(report.failed, report.unknown) for report in reports] == [([], [])] * len(reports)
    totals = [report.totals() for report in reports]
    found = tuple(sum(one[name] for one in totals) for name in ("read", "accepted", "duplicate", "ignored"))
    assert found == ROWS[case]
    assert sum(one["rejected"] for one in totals) == 0
    assert desk.ask(UNEXPLAINED) == []
    assert desk.ask("SELECT count(*) FROM deliveries WHERE status = 'received'") == [
        (sum(one["files"] for one in totals),)
    ]
