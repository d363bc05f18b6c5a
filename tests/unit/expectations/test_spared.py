"""What Great Expectations imports and is never asked for is not loaded, and is there for whoever asks."""

import subprocess
import sys
from pathlib import Path

from expectations import journal
from expectations.spared import remembered

ROOT = Path(__file__).parents[3]
JUDGED = """
import sys
import pyarrow as pa
from expectations import entretiens, journal, judge, saisines
from expectations.spared import NAMES, Later

def refused(suite, columns):
    return judge.judge(suite, pa.table({"delivery": [1] * 20, **{name: ["x"] * 20 for name in columns}})).faults

assert refused(entretiens, "saisine_ref date au_plus_tard nature saisine_connue heure mode statut".split())
for suite in (journal, saisines):
    assert refused(suite, {name for rule in suite.rules() for name in rule.meta["reads"]})
print(all(type(sys.modules[name]) is Later for name in NAMES))
"""
ASKED = """
import sys
from expectations.spared import Later, spare
spare()
import scipy.stats.distributions
from scipy import stats
from scipy.stats import norm
print(norm.cdf(0), stats.norm is norm, type(sys.modules["scipy.stats"]) is Later)
"""


def printed(program):
    """What a process of its own prints."""
    told = subprocess.run([sys.executable, "-W", "ignore", "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


def test_judging_asks_nothing_of_what_is_spared():
    assert printed(JUDGED) == "True"


def test_what_is_spared_is_there_for_whoever_asks():
    assert printed(ASKED) == "0.5 True False"


def test_a_configuration_is_made_once_while_a_suite_is_asked_and_is_what_it_would_be():
    from great_expectations.expectations.expectation import Expectation

    made = Expectation.configuration
    rules = journal.rules()
    before = [rule.configuration for rule in rules]
    with remembered():
        assert [rule.configuration for rule in rules] == before
        assert all(rule.configuration is rule.configuration for rule in rules)
    assert Expectation.configuration is made
