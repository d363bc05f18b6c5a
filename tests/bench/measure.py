"""Runs one stage in a process of its own and watches the memory of its tree: imports, caches and peaks are nobody else's."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psutil

ROOT = Path(__file__).parents[2]
PERIOD = 0.1  # seconds between two looks at the memory, or more: a look at three gigabytes holds up the process that is looked at
REST = 30  # times as long as a look took
PATIENCE = (
    400  # seconds a million saisines, after which a stage is given up: the whole must end in a quarter of an hour
)

Figures = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """What a process took: seconds of wall clock, the peak of its tree's memory (PSS, MB), what it printed and its exit code."""

    seconds: float
    peak_mb: int
    text: str
    code: int


def watched(command: Sequence[str], patience: int = PATIENCE, **options: Any) -> Told:
    """Run a command to its end."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, **options) as process:  # fmt: skip
        peak = [0]
        looking = threading.Thread(target=_look, args=(process, peak), daemon=True)
        looking.start()
        try:
            text, wrong = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            _kill_tree(process.pid)
            text, wrong = process.communicate()[0], f"given up after {patience} s"
    seconds = time.perf_counter() - began
    looking.join()
    return Told(seconds, peak[0] >> 20, text if process.returncode == 0 else text + wrong, process.returncode)


def _kill_tree(pid: int) -> None:
    """The stage and what it started; an embedded server that it held stops by itself, or is met again by the next one."""
    for one in [*psutil.Process(pid).children(recursive=True), psutil.Process(pid)]:
        with suppress(psutil.Error):
            one.kill()


def _look(process: subprocess.Popen[str], peak: list[int]) -> None:
    while process.poll() is None:
        began = time.perf_counter()
        peak[0] = max(peak[0], _tree_bytes(process.pid))
        time.sleep(max(PERIOD, REST * (time.perf_counter() - began)))


def _tree_bytes(pid: int) -> int:
    try:
        root = psutil.Process(pid)
        return sum(_bytes(one) for one in [root, *root.children(recursive=True)])
    except psutil.Error:
        return 0


def _bytes(process: psutil.Process) -> int:
    """The process's own memory and its part of what it shares (PSS)."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


def stage(name: str, saisines: int, folder: Path) -> Figures:
    """The figures of one stage, with the peak of its memory; why it failed, if it did."""
    patience = PATIENCE * max(1, saisines // 1_000_000)
    told = watched([sys.executable, "-m", "tests.bench.stages", name, str(saisines), str(folder)], patience)
    if told.code != 0:
        return {
            "failed": told.text.strip()[-2000:] or f"exit {told.code}",
            "seconds": told.seconds,
            "peak_mb": told.peak_mb,
        }
    figures = json.loads(told.text.splitlines()[-1])
    return figures | {"peak_mb": max(told.peak_mb, figures["peak_mb"])}


def timed(work: Callable[[], Any]) -> float:
    """Seconds of wall clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turn(times: int, *works: Callable[[], Any]) -> list[float]:
    """The median of each, run one after the other several times: what disturbs the machine disturbs them all."""
    taken = [[timed(work) for work in works] for _ in range(times)]
    return [median(seconds) for seconds in zip(*taken, strict=True)]
