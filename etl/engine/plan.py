"""The files of `sql/` as steps: one SELECT a file, its table named after it, run when the tables it reads are there."""

import re
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files
from importlib.resources.abc import Traversable

FOLDERS = ("reconcile", "propose", "rate", "settle", "report", "rules", "checks")
READS = re.compile(r"\b(?:from|join)\s+([a-z_][a-z0-9_]*)|,\s+(parameters)\b", re.IGNORECASE)
DEFINES = re.compile(
    r"(?:\bwith(?:\s+recursive)?|\),)\s*([a-z_]+)\s*(?:\([^()]*\))?\s+as\s+(?:not\s+materialized\s+)?\(", re.IGNORECASE
)
HEADER = re.compile(r"-- (?P<code>[A-Z0-9_]+) · (?P<severity>[BHWI])\n-- (?P<sentence>.+)\n-- (?P<why>.+)\n")


@dataclass(frozen=True)
class Step:
    """One SELECT of `sql/`: `reads` are the names it takes rows from, `severity` and `sentence` are those of a rule."""

    name: str
    folder: str
    sql: str
    reads: frozenset[str]
    severity: str | None = None
    sentence: str | None = None


def _step(folder: str, file: Traversable) -> Step:
    sql = file.read_text(encoding="utf-8")
    name = re.sub(r"^\d+_|\.sql$", "", file.name)
    code = "\n".join(line for line in sql.splitlines() if not line.startswith("--"))
    reads = frozenset(word for pair in READS.findall(code) for word in pair if word) - frozenset(DEFINES.findall(code))
    header = HEADER.match(sql)
    if folder == "rules" and (header is None or header["code"] != name):
        raise ValueError(
            f"sql/rules/{file.name}: the first three lines are code and severity, the French sentence, and why."
        )
    return Step(name, folder, sql, reads, header and header["severity"], header and header["sentence"])


@cache
def steps() -> dict[str, Step]:
    """All steps by name, in an order in which each comes after what it reads."""
    found = [
        _step(folder, file)
        for folder in FOLDERS
        for file in (files("sql") / folder).iterdir()
        if file.name.endswith(".sql")
    ]
    by_name = {step.name: step for step in sorted(found, key=lambda step: step.name)}
    graph = {step.name: sorted((step.reads & by_name.keys()) - {step.name}) for step in by_name.values()}
    return {name: by_name[name] for name in TopologicalSorter(graph).static_order()}


def rules() -> dict[str, Step]:
    """The catalogue of discrepancies: the steps of `sql/rules`, by code."""
    return {name: step for name, step in sorted(steps().items()) if step.folder == "rules"}


def checks() -> dict[str, Step]:
    """The steps of `sql/checks`, by name: each gives the rows that break it."""
    return {name: step for name, step in sorted(steps().items()) if step.folder == "checks"}


def needed(wanted: frozenset[str]) -> list[Step]:
    """The steps that give the wanted tables, in order."""
    asked, chosen = set(wanted), []
    for step in reversed(steps().values()):
        if step.name in asked:
            chosen.append(step)
            asked |= step.reads
    return chosen[::-1]
