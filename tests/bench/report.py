"""docs/performance.md from the figures of a run: the machine, the table of verdicts, the stages, the charts, the notes."""

import math
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from tests.bench import charts

Figures = dict[str, Any]
NOTES = Path(__file__).with_name("notes.md")
PACKAGES = ("duckdb", "pyarrow", "pandas", "splink", "python-calamine", "great-expectations", "apache-airflow", "psycopg", "adbc-driver-postgresql", "openpyxl", "typst")  # fmt: skip
LARGEST = 1_000_000  # saisines, of the targets; growth is told beyond
HEAD = ("figure", "target", "measured", "peer", "floor", "verdict")


@dataclass(frozen=True)
class Verdict:
    """One row of the table: what was asked, what was measured, and the same of a peer and of the floor, as text."""

    figure: str
    target: str
    measured: str
    reached: bool | None
    peer: str = ""
    floor: str = ""

    @property
    def row(self) -> tuple[str, ...]:
        """Its cells."""
        word = {True: "reached", False: "**not reached**", None: "not measured"}[self.reached]
        return (self.figure, self.target, self.measured, self.peer, self.floor, word)


def machine() -> Figures:
    """Where and when the figures were taken, and with what."""
    cpu = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "",
    )
    return {
        "taken_at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": cpu or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "load": round(os.getloadavg()[2], 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def spaced(number: int) -> str:
    """A number as people write it: 1 000 000."""
    return f"{number:,}".replace(",", " ")


class Told:
    """The figures of a run, by stage and size."""

    def __init__(self, figures: Figures) -> None:
        self.stages: dict[str, dict[str, Figures]] = figures["stages"]

    def one(self, stage: str, size: int | None = None) -> Figures:
        """Of a stage at a size, the largest of the targets by default; empty when it failed or was left out."""
        return self.known(stage).get(self.common(stage) if size is None else size, {})

    def known(self, stage: str) -> dict[int, Figures]:
        """What was measured of a stage, by size."""
        return {int(size): found for size, found in self.stages.get(stage, {}).items() if "failed" not in found}

    def size(self, stage: str) -> str:
        """The largest size of a stage that targets speak of, as people write it."""
        return spaced(self.common(stage)) if self.known(stage) else "–"

    def common(self, *stages: str) -> int:
        """The largest size that targets speak of at which all of these were measured; 0 when there is none."""
        known = ({size for size in self.known(stage) if size <= LARGEST} for stage in stages)
        return max(set.intersection(*known), default=0)

    def growth(
        self, stage: str, of: Callable[[Figures], float] = lambda found: float(found["seconds"])
    ) -> float | None:
        """The exponent from 100 000 saisines to the largest size."""
        known = {size: of(found) for size, found in self.known(stage).items()}
        few, many = 100_000, max(known, default=0)
        return math.log(known[many] / known[few]) / math.log(many / few) if few in known and many > few else None


def verdicts(figures: Figures) -> list[Verdict]:
    """Each target of issue 7 and what came of it."""
    told = Told(figures)
    return [*_matching(told), *_core(told), *_in_and_out(told), *_starting(told), *_growing(told)]


def _matching(told: Told) -> list[Verdict]:
    names = ("matching", "splink.trained", "splink.untrained")
    largest = told.common("matching")
    ours, trained, given = (told.one(name, largest) for name in names)
    if not ours:
        return []
    at = f"matching, {told.size('matching')} saisines"
    ratio = ours["seconds"] / ours["floor"]
    size = max(told.common("matching", name) for name in names[1:])
    beside = f"against Splink’s predict, {spaced(size)} saisines"
    mine, *peer = (told.one(name, size) for name in names)
    faster = min(one["predict"] for one in peer if one) / mine["seconds"] if size else None
    known = [one for one in (trained, given) if one]
    peers = " / ".join(
        f"{one['seconds']:.1f} s {name}" for name, one in (("trained", trained), ("untrained", given)) if one
    )
    memory = " / ".join(f"{one['peak_mb'] / 1000:.1f} GB" for one in known)
    return [
        Verdict(at, "≤ 2.5 × the bare join", f"{ours['seconds']:.2f} s = {ratio:.2f} ×", ratio <= 2.5, peers and f"Splink {peers}", f"{ours['floor']:.2f} s"),
        Verdict(f"{at}: memory", "≤ 1 GB", f"{ours['peak_mb'] / 1000:.2f} GB", ours["peak_mb"] <= 1000, memory and f"Splink {memory}"),
        Verdict(f"matching {beside}", "≥ 25 × faster", f"{faster:.0f} ×" if faster else "–", faster >= 25 if faster else None, " / ".join(f"{one['predict']:.1f} s {name.partition('.')[2]}" for name, one in zip(names[1:], peer, strict=True) if one)),
        Verdict(f"{at}: precision of automatic matches", "≥ 0.9999", f"{ours['precision']:.6f}", ours["precision"] >= 0.9999, " / ".join(f"{one['precision']:.6f}" for one in known)),
        Verdict(f"{at}: recall of what the rules allow to repair", "≥ 0.995", f"{ours['recall_allowed']:.5f}", ours["recall_allowed"] >= 0.995, " / ".join(f"{one['recall_repairable']:.5f} of one error" for one in known)),
        Verdict(f"{at}: recall of all references", "told", f"{ours['recall']:.5f}", True, " / ".join(f"{one['recall']:.5f}" for one in known)),
        Verdict(f"{at}: recall of all references with errors", "told", f"{ours['recall_on_errors']:.4f}", True, " / ".join(f"{one['recall_on_errors']:.4f}" for one in known)),
    ]  # fmt: skip


def _core(told: Told) -> list[Verdict]:
    ours, pandas = told.one("core"), told.one("core.pandas")
    if not ours:
        return []
    at = f"rules + rating + settlement, {told.size('core')} saisines"
    peer = f"pandas, a part of them, at {told.size('core.pandas')}: {pandas['seconds']:.1f} s" if pandas else ""
    here = told.one("core", 100_000)
    return [
        Verdict(at, "< 15 s", f"{ours['seconds']:.1f} s", ours["seconds"] < 15, f"{peer}, ours {here['seconds']:.1f} s" if here and peer else peer),
        Verdict(f"{at}: memory, inputs included", "< 3 GB", f"{ours['peak_mb'] / 1000:.1f} GB", ours["peak_mb"] < 3000),
    ]  # fmt: skip


def _in_and_out(told: Told) -> list[Verdict]:
    rows = []
    for stage, figure, limit, floor in (
        ("store.load", "storing received rows", 1.5, "COPY into the same table and keys"),
        ("store.lines", "storing lines of a statement", 1.5, "COPY into the same table and keys"),
        ("store.gather", "reading the engine’s inputs", 1.5, "COPY to nowhere"),
        ("reading.books", "workbooks read and normalised", 1.5, "bare calamine"),
        ("reading.journal", "journal read, shaped, stored", 3.0, "CSV + COPY"),
    ):
        one = told.one(stage)
        if one:
            ratio = one["seconds"] / one["floor"]
            rows.append(Verdict(f"{figure}, {told.size(stage)} saisines", f"≤ {limit} × {floor}", f"{one['seconds']:.2f} s = {ratio:.2f} ×", ratio <= limit, "", f"{one['floor']:.2f} s"))  # fmt: skip
    journal = told.one("reading.journal")
    if journal:
        by_million = journal["validation"] * 1e6 / journal["rows"]
        rows.append(Verdict(f"validation of a journal, {spaced(journal['rows'])} rows", "≤ 3 s a million rows", f"{by_million:.1f} s a million", by_million <= 3))  # fmt: skip
    return rows


def _starting(told: Told) -> list[Verdict]:
    start, story, night, process, commands = (
        told.one(name) for name in ("startup", "story", "night", "quarter.one_process", "quarter.commands")
    )
    rows = []
    if start:
        rows += [
            Verdict("`saisines --help`", "< 0.3 s", f"{start['help']:.2f} s", start["help"] < 0.3, "", f"{start['python']:.2f} s (Python alone)"),
            Verdict("all DAG files parsed", "< 1 s", f"{start['dags']:.2f} s", start["dags"] < 1),
        ]  # fmt: skip
    if story:
        rows += [
            Verdict(f"`saisines explain`, {told.size('story')} saisines", "< 1 s", f"{story['seconds']:.2f} s (worst {story['worst']:.2f})", story["seconds"] < 1),
            Verdict(f"a decision and its draft, {told.size('story')} saisines", "< 1 s", f"{story['decision']:.2f} s", story["decision"] < 1),
        ]  # fmt: skip
    if night:
        rows.append(Verdict(f"a night of {spaced(night['changed'])} changes over {told.size('night')} settled saisines", "< 5 s", f"{night['seconds']:.1f} s", night["seconds"] < 5, f"{night['keep']:.0f} s (everything computed)"))  # fmt: skip
    if process:
        rows.append(
            Verdict(
                "3 000 saisines, inbox to drafts, one process",
                "< 12 s",
                f"{process['seconds']:.1f} s",
                process["seconds"] < 12,
            )
        )
    if commands:
        rows.append(
            Verdict("the same as separate commands", "< 15 s", f"{commands['seconds']:.1f} s", commands["seconds"] < 15)
        )
    if process:
        rows.append(Verdict(f"{process['notes']} notes and {process['workbooks']} workbooks of a quarter", "< 10 s", f"{process['documents']:.1f} s", process["documents"] < 10))  # fmt: skip
    return rows


def _growing(told: Told) -> list[Verdict]:
    rows = []
    for stage, figure in (("core", "rules + rating + settlement"), ("matching", "matching")):
        exponent = told.growth(stage)
        if exponent is not None:
            largest = spaced(max(told.known(stage)))
            rows.append(Verdict(f"growth of {figure}, from 100 000 to {largest}", "exponent ≤ 1.1", f"{exponent:.2f}", exponent <= 1.1))  # fmt: skip
    beyond = told.known("core").get(10 * LARGEST)
    if beyond:
        at = f"rules + rating + settlement, {spaced(10 * LARGEST)} saisines: memory, inputs included"
        rows.append(Verdict(at, "≤ 12 GB", f"{beyond['peak_mb'] / 1000:.1f} GB", beyond["peak_mb"] <= 12_000))
    return rows


def table(figures: Figures) -> str:
    """The table of verdicts, in Markdown."""
    return _markdown([HEAD, *(one.row for one in verdicts(figures))])


def _markdown(rows: list[tuple[str, ...]]) -> str:
    head, *others = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *others))


def write(figures: Figures, folder: Path) -> None:
    """The page and its charts."""
    for name, drawing in charts.drawn(figures["stages"]).items():
        (folder / "performance" / f"{name}.svg").write_text(drawing, encoding="utf-8")
    (folder / "performance.md").write_text(_page(figures), encoding="utf-8")


def _page(figures: Figures) -> str:
    at = figures["machine"]
    packages = ", ".join(f"{name} {number}" for name, number in at["packages"].items())
    drawings = "\n\n".join(f"![{name}](performance/{name}.svg)" for name in charts.drawn(figures["stages"]))
    return f"""# Performance

Written by `make bench` ({at["taken_at"]}, {figures["stages"]["run"]["0"]["seconds"] / 60:.0f} minutes in all); the figures are in
[performance/figures.json](performance/figures.json), the code in [tests/bench](../tests/bench). Everything measured is invented.

**Machine**: {at["processor"]}, {at["cores"]} cores, {at["memory_gb"]} GB, {at["system"]}, load {at["load"]} before; Python {at["python"]}; {packages}.
Each stage runs in a fresh process; memory is the peak of its process tree (PSS, looked at now and then), or of the stage itself if that is more (RSS).
Where a floor is named, both ran in turn in one process.

{table(figures)}

{drawings}

## Every stage

{_stages(figures["stages"])}

## The heaviest steps of the computation

{_heaviest(figures["stages"])}

{NOTES.read_text(encoding="utf-8")}"""


def _stages(stages: dict[str, dict[str, Figures]]) -> str:
    rows: list[tuple[str, ...]] = [("stage", "saisines", "seconds", "floor", "peak", "parts")]
    for name, sizes in stages.items():
        for size, found in sizes.items():
            if name == "run":
                continue
            parts = {
                key: value
                for key, value in found.items()
                if isinstance(value, float) and key not in ("seconds", "floor")
            }
            parts |= (
                {
                    f"{key}": value
                    for part in ("parts", "steps", "ingest")
                    for key, value in (found.get(part) or {}).items()
                    if isinstance(value, float)
                }
                if not isinstance(found.get("ingest"), float)
                else {}
            )
            told = (
                ", ".join(f"{key} {value:.3g}" for key, value in parts.items())
                if "failed" not in found
                else f"failed: {found['failed'][-120:]}"
            )
            rows.append((name, size, f"{found.get('seconds', 0):.3g}", f"{found['floor']:.3g}" if "floor" in found else "", f"{found.get('peak_mb', 0)} MB", told.replace("|", " ").replace("\n", " ")))  # fmt: skip
    return _markdown(rows)


def _heaviest(stages: dict[str, dict[str, Figures]]) -> str:
    told = Told({"stages": stages})
    known, size = told.known("core"), told.common("core")
    if not known:
        return ""
    return _markdown([("step of sql/", f"seconds at {spaced(size)}"), *((name, f"{seconds:.2f}") for name, seconds in known[size]["heaviest"].items())])  # fmt: skip
