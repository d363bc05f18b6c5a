"""What a command that needs no Great Expectations and no Airflow imports: each is seconds at its start."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS_EACH = {"great_expectations", "airflow"}
RUN = """
import json, sys
from typer.testing import CliRunner
from etl.cli.app import app
for words in json.loads(sys.argv[1]):
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, (words, result.output, result.exception)
print("\\n" + json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def imported(home, *commands):
    """The packages that a process has imported once it has run these commands."""
    environment = {"PATH": "", "SAISINES_HOME": str(home), "HOME": str(home)}
    told = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(commands)], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    return set(json.loads(told.stdout.splitlines()[-1]))


def test_help_imports_no_data_library():
    told = imported("/nowhere", ["--help"])
    assert told & (SECONDS_EACH | {"pandas", "pyarrow", "duckdb", "sqlalchemy", "openpyxl"}) == set()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A warehouse with its conventions and nothing received."""
    folder = tmp_path_factory.mktemp("imports") / "home"
    imported(folder, ["init", "--by", "bench"])
    return folder


def test_drafting_validates_nothing_and_needs_no_pandas(home):
    assert imported(home, ["draft", "2026-T1"], ["deliveries", "list"]) & (SECONDS_EACH | {"pandas"}) == set()


def test_reconciling_validates_nothing_and_needs_no_pandas(home):
    assert imported(home, ["reconcile"]) & (SECONDS_EACH | {"pandas", "scipy"}) == set()
