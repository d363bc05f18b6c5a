"""The reference gives exactly what the contract's worked cases expect."""

import pytest

from . import cases


@pytest.mark.skipif(not cases.CONTRACT.is_dir(), reason="the contract is not beside the repository")
@pytest.mark.parametrize("name", sorted(p.parent.name for p in cases.CONTRACT.glob("cases/*/steps.json")))
def test_the_reference_gives_what_the_worked_case_expects(name: str) -> None:
    assert cases.play(cases.CONTRACT / "cases" / name) == []
