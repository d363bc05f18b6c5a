"""The contract's own check, run as it is against the installed command: every worked case, step by step."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reference import cases

CHECK = cases.CONTRACT / "check.py"
COMMAND = Path(sys.executable).with_name("saisines")


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not CHECK.exists(), reason="the contract is not beside the repository")
@pytest.mark.parametrize("name", sorted(p.parent.name for p in cases.CONTRACT.glob("cases/*/steps.json")))
def test_the_contracts_check_passes(name: str) -> None:
    case = cases.CONTRACT / "cases" / name
    environment = {**os.environ, "SAISINES_CMD": str(COMMAND)}
    done = subprocess.run([sys.executable, CHECK, case], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
