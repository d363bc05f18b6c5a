"""How long commands take to begin, and what the DAG files cost to parse: fresh processes, medians of five."""

import subprocess
import sys
from pathlib import Path
from statistics import median

from tests.bench.measure import ROOT, Figures, timed

SAISINES = str(Path(sys.executable).with_name("saisines"))
# Parsing as the DAG processor does it: Airflow is there already, only the files count.
DAGS = """
import sys, time
from pathlib import Path
import airflow.sdk
sys.path.insert(0, "dags")
began = time.perf_counter()
for path in sorted(Path("dags").glob("*.py")):
    exec(compile(path.read_text(), str(path), "exec"), {"__name__": "dag_" + path.stem, "__file__": str(path)})
print(time.perf_counter() - began)
"""


def run(saisines: int, folder: Path) -> Figures:
    """`--help`, the import of the command tree, of the judge, of all DAG files."""
    return {
        "help": _fresh([SAISINES, "--help"]),
        "python": _fresh([sys.executable, "-c", "pass"]),
        "great_expectations": _fresh([sys.executable, "-W", "ignore", "-c", "import great_expectations"], 3),
        "dags": median(float(_out([sys.executable, "-W", "ignore", "-c", DAGS]).split()[-1]) for _ in range(3)),
    }


def _fresh(command: list[str], times: int = 5) -> float:
    return median(timed(lambda: _out(command)) for _ in range(times))


def _out(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
