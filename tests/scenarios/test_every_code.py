"""Every rule has its scenario, and every scenario its rule."""

from pathlib import Path

from . import test_fiche, test_journal, test_sessions, test_statement

RULES = Path(__file__).resolve().parents[2] / "sql" / "rules"


def test_every_rule_has_its_scenario():
    names = [name for module in (test_journal, test_fiche, test_sessions, test_statement) for name in vars(module)]
    tested = sorted(name.removeprefix("test_") for name in names if name.startswith("test_") and name[5].isupper())
    assert tested == sorted(path.stem for path in RULES.glob("*.sql"))
