"""The sample, from its inbox to its statements: every row accounted for, every total the same wherever it is written."""

import json

import openpyxl
import pytest
from ingest_moment import UNEXPLAINED
from sqlalchemy import text

from etl.jobs.settlement import draft
from etl.warehouse.server import connect, running
from tests.integration.explain.sampled import AT, fill


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = tmp_path_factory.mktemp("sample")
    with running(made / "home", create=True):
        fill(made / "home", made / "inbox")
        draft.run(made / "home", "2026-T1", AT)
        yield made / "home"


def test_every_row_read_is_accepted_refused_a_duplicate_or_ignored(home):
    with connect(home) as engine, engine.connect() as connection:
        assert connection.execute(text(UNEXPLAINED)).all() == []
        read, rejected = connection.execute(
            text("SELECT sum(rows_read), sum(rows_rejected) FROM delivery_totals")
        ).one()
        refused = connection.execute(text("SELECT count(*) FROM refused_rows")).scalar_one()
    assert read > 300
    assert rejected == refused > 0


def test_lines_associations_payees_statement_and_workbook_have_one_total(home):
    made = sorted((home / "out" / "2026-T1").glob("*/releve.json"))
    assert len(made) == 4
    for path in made:
        statement = json.loads(path.read_text(encoding="utf-8"))
        synthesis = openpyxl.load_workbook(path.with_suffix(".xlsx"), data_only=True)["Synthèse"]
        shown = {row[0]: row[3] for row in synthesis.iter_rows(values_only=True) if row[3] is not None}
        total = statement["total_cents"]
        assert sum(line["amount_cents"] for line in statement["lines"]) == total != 0
        assert sum(one["total_cents"] for one in statement["associations"]) == total
        assert sum(one["total_cents"] for one in statement["payees"]) == total
        assert round(shown["Total du relevé"] * 100) == total
