"""Every worked case of the contract through the engine, compared as the contract's own check does."""

from typing import Any

import pytest

from tests.reference import cases, engine

# outputs.md §2: the fields of each list, and no other.
FIELDS = {
    "associations": {"code", "total_cents"},
    "payees": {"code", "total_cents", "carried_in_cents", "payable_cents", "carried_out_cents"},
    "lines": {
        "saisine", "association", "prestation", "act_date", "nth", "kind", "base_cents", "uplift_pct", "amount_cents", "tariff", "corrects",
    },
    "not_paid": {"saisine", "association", "prestation", "act_date", "nth", "reason"},
    "discrepancies": {"code", "severity", "saisine", "association", "detail"},
}  # fmt: skip


def draft(*given: Any) -> dict[str, Any]:
    """As the engine drafts; the fields are the contract's, and lines, associations, payees and statement have one total."""
    made = engine.draft(*given)
    for statement in made["statements"].values():
        assert all(set(row) == fields for name, fields in FIELDS.items() for row in statement[name])
        total = statement["total_cents"]
        assert sum(line["amount_cents"] for line in statement["lines"]) == total
        assert sum(one["total_cents"] for one in statement["associations"]) == total
        assert sum(one["total_cents"] for one in statement["payees"]) == total
    return made


@pytest.mark.skipif(not cases.CONTRACT.is_dir(), reason="the contract is not beside the repository")
@pytest.mark.parametrize("name", sorted(p.parent.name for p in cases.CONTRACT.glob("cases/*/steps.json")))
def test_the_engine_gives_what_the_worked_case_expects(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "draft", draft)
    monkeypatch.setattr(cases, "fingerprints", engine.fingerprints)
    assert cases.play(cases.CONTRACT / "cases" / name) == []
