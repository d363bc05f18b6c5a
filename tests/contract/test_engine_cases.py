"""Every worked case of the contract through the engine, compared as the contract's own check does."""

import pytest

from tests.reference import cases, engine


@pytest.mark.skipif(not cases.CONTRACT.is_dir(), reason="the contract is not beside the repository")
@pytest.mark.parametrize("name", sorted(p.parent.name for p in cases.CONTRACT.glob("cases/*/steps.json")))
def test_the_engine_gives_what_the_worked_case_expects(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "draft", engine.draft)
    monkeypatch.setattr(cases, "fingerprints", engine.fingerprints)
    assert cases.play(cases.CONTRACT / "cases" / name) == []
