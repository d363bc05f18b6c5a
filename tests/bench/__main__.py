"""`make bench`: every figure of issue 7, each stage in a process of its own, then docs/performance.md. `--quick` leaves the million out."""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import report
from tests.bench.measure import ROOT, Figures, stage

# Stages by the largest size they are run at: beyond it they show nothing more and take minutes. The longest come last: what there is no time for is theirs.
AT_EACH_SIZE = (
    ("world", 10**8), ("matching", 10**8), ("core", 10**8), ("core.pandas", 10**5),
    ("core.statements", 10**5),
    ("store.load", 10**6), ("store.gather", 10**6), ("store.lines", 10**5), ("story", 10**6), ("night", 10**6), ("reading.journal", 10**6), ("reading.books", 10**5),
    ("splink.untrained", 10**6), ("splink.trained", 10**6),
)  # fmt: skip
ONCE = (("startup", 0), ("quarter.one_process", 3_000), ("quarter.commands", 3_000))


def main() -> None:
    """Measure, tell as it goes, write the page, print its table."""
    asked = _arguments()
    found: dict[str, dict[str, Figures]] = {}
    machine, began = report.machine(), time.perf_counter()
    ends = began + 60 * asked.minutes
    with tempfile.TemporaryDirectory(prefix="saisines-bench-", dir=asked.folder, ignore_cleanup_errors=True) as folder:
        for name, saisines in ONCE:
            _take(found, name, saisines, Path(folder), ends)
        for saisines in sorted(asked.sizes):
            for name, largest in AT_EACH_SIZE:
                if saisines <= largest and (not asked.only or name.split(".")[0] in {"world", *asked.only}):
                    _take(found, name, saisines, Path(folder) / str(saisines), ends)
    found["run"] = {"0": {"seconds": time.perf_counter() - began}}
    figures = {"machine": machine, "stages": found}
    if not asked.only:
        (asked.out / "performance").mkdir(parents=True, exist_ok=True)
        (asked.out / "performance" / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        report.write(figures, asked.out)
    print(report.table(figures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_const", dest="sizes", const=[10_000, 100_000], help="10 000 and 100 000 saisines"
    )
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        help="numbers of saisines: 10000, 100000 and 1000000 by default, 10000000 on request",
    )
    parser.set_defaults(sizes=[10_000, 100_000, 1_000_000])  # of both: each option alone would take it for its own
    parser.add_argument("--minutes", type=float, default=14, help="no stage is begun after that")
    parser.add_argument("--only", nargs="+", default=[], help="stages by name; the page is then not written")
    parser.add_argument("--folder", type=Path, help="where the generated years lie meanwhile (6 GB at a million)")
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="where the page goes; docs/ by default")
    return parser.parse_args()


def _take(found: dict[str, dict[str, Figures]], name: str, saisines: int, folder: Path, ends: float) -> None:
    """Run one stage and tell it; none is begun once the time is up."""
    folder.mkdir(parents=True, exist_ok=True)
    is_late = time.perf_counter() > ends
    figures = {"failed": "left out, the time was up", "peak_mb": 0} if is_late else stage(name, saisines, folder)
    found.setdefault(name, {})[str(saisines)] = figures
    shown = figures.get("failed", "")[-400:] or f"{figures.get('seconds', 0):9.3f} s {figures['peak_mb']:7} MB"
    print(f"{name:22} {saisines:>10,} {shown}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
