"""`saisines demo` as a newcomer runs it: a real scheduler, the assets that set the reconciliation off, and again."""

import json
import re
from pathlib import Path

import pytest

from etl import settings
from etl.jobs.running import demo

CONVENTIONS = ["AMF", "CALAE", "ENSEIGNE", "SPORT"]


def ran(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    said: list[str] = []
    monkeypatch.setenv("SAISINES_HOME", str(home))
    demo.run(home, settings.now(), said.append, saisines=120)
    return "\n".join(said)


@pytest.mark.long
def test_a_demonstration_gives_every_statement_and_again_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ran(tmp_path / "home", monkeypatch)
    assert [name for name in CONVENTIONS if re.search(rf"^  {name} .*€.*lignes", first, re.MULTILINE)] == CONVENTIONS
    assert re.search(r"reconcile · reconcile : terminé", first)
    assert "Rien n’a changé" not in first
    again = ran(tmp_path / "home", monkeypatch)
    assert "ingest_fiches · take boite-fiches : rien à faire" in again
    assert "Rien n’a changé" in again
    assert not (tmp_path / "home" / "airflow" / "processes.json").exists()


def test_what_came_out_is_told_by_convention_and_by_code(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "2026-T1"
    (folder / "CALAE").mkdir(parents=True)
    line = {"saisine": "FV26-000123-W"}
    statement = {"convention": "CALAE", "cutoff": "2026-04-15", "total_cents": 123456, "lines": [line], "not_paid": []}
    (folder / "CALAE" / "releve.json").write_text(json.dumps(statement | {"parked": ["JOURNAL_GAP"], "digest": "d"}))
    found = [{"code": "MISSING_FICHE", "severity": "H"}] * 3 + [{"code": "REDIRECTED", "severity": "I"}]
    (folder / "discrepancies.json").write_text(json.dumps({"discrepancies": found}))
    said: list[str] = []
    demo._tell(tmp_path, demo.QUARTER, demo._statements(folder), said.append)
    text = "\n".join(said)
    assert "1\u202f234,56\u202f€" in text
    assert "parqué : JOURNAL_GAP" in text
    assert text.index("MISSING_FICHE") < text.index("REDIRECTED")
    assert "saisines explain FV26-000123-W" in text


@pytest.mark.parametrize(
    ("instant", "quarter"),
    [("2026-11-23", "2026-T1"), ("2026-05-02", "2026-T1"), ("2026-04-10", "2025-T4"), ("2025-12-24", "2025-T3")],
)
def test_the_sample_is_of_a_quarter_whose_cutoffs_are_past(instant: str, quarter: str) -> None:
    from datetime import UTC, datetime

    assert str(demo._quarter(datetime.fromisoformat(instant).replace(tzinfo=UTC))) == quarter
