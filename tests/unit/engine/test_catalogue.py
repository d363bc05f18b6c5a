"""The catalogue page is what `sql/rules` says."""

from pathlib import Path

from etl.engine import catalogue
from etl.engine.plan import rules

PAGE = Path(__file__).parents[3] / "docs" / "ecarts.md"


def test_the_committed_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == catalogue.page(), "make docs"


def test_every_rule_has_its_severity_and_its_sentence() -> None:
    for code, rule in rules().items():
        assert rule.severity in catalogue.SEVERITIES, code
        assert rule.sentence and rule.sentence[0].isupper() and rule.sentence.endswith("."), code
