"""Write a realistic invented inbox: journal, fiches, register, and conventions with too little money."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from random import Random

from etl.model.errors import SaisinesError, UsageError
from etl.model.quarter import PARIS, Quarter
from etl.sample import cases, fiches, journal, layouts, network

SEED = 116006  # the number of the national helpline
LARGEST = 900_000  # references have six digits, and some contacts take none

# Envelope of the sample, in whole euros per hundred saisines, whatever convention they are of. Chosen after measuring
# what the quarter owes: the first convention goes beyond its envelope, the second ends between 90 and 100 % of it.
ENVELOPES = {"CALAE": 6_000, "ENSEIGNE": 5_350}


@dataclass(frozen=True)
class Sample:
    """What was written, counted."""

    directory: Path
    saisines: int
    associations: int
    journal_files: int
    fiche_files: int


def run(
    directory: Path,
    saisines: int = 3000,
    seed: int = SEED,
    quarter: str = "2026-T1",
    associations: int = 130,
    progress: Callable[[str], None] = lambda _: None,
) -> Sample:
    """Write an inbox that `ingest` takes as it is. The same arguments give the same bytes.

    A file's modification time is the instant the federation received it, which a folder source reads as such.

    Args:
        directory: new or empty; it is there whole or not at all.
        saisines: how many requests were passed to associations.
        seed: of all chances.
        quarter: in which all saisines are opened.
        associations: members of the network.
        progress: told, in French, what is being written.

    Raises:
        UsageError: a number is out of range.
        SaisinesError: the directory holds something, or cannot be written.
    """
    if not 1 <= saisines <= LARGEST or not 1 <= associations <= 999:
        raise UsageError(f"L’exemple compte de 1 à {LARGEST} saisines et de 1 à 999 associations.")
    period = Quarter.parse(quarter)
    try:
        partial = _fresh(directory)
        made = _write(partial, saisines, seed, period, associations, progress)
        partial.replace(directory)
    except OSError as error:
        why = error.strerror or str(error)
        raise SaisinesError(f"{directory} : écriture impossible ({why}) ; choisir un autre dossier.") from error
    return Sample(directory, saisines, associations, *made)


def _fresh(directory: Path) -> Path:
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise SaisinesError(f"{directory} n’est pas vide : choisir un dossier neuf pour l’exemple.")
    partial = directory.with_name(directory.name + ".partiel")
    shutil.rmtree(partial, ignore_errors=True)  # left by a run that was interrupted
    partial.mkdir(parents=True)
    return partial


def _write(
    directory: Path, count: int, seed: int, quarter: Quarter, associations: int, progress: Callable[[str], None]
) -> tuple[int, int]:
    members = network.build(associations, quarter.start, Random(f"{seed} network"))
    (directory / "associations.csv").write_text(network.register(members), encoding="utf-8")
    _write_conventions(directory / "conventions", count, quarter)
    progress(f"{count} saisines de {quarter}, {associations} associations")
    happened = cases.happen(count, quarter, members, Random(f"{seed} cases"))
    exports = 0
    for export in journal.exports(happened, quarter, Random(f"{seed} journal")):
        _put(directory / "journal" / export.name, export.content, export.received_at)
        exports += 1
    progress(f"{exports} exports du journal")
    sent = 0
    for delivery in fiches.deliveries(happened, members, quarter, seed):
        sent += _put_delivery(directory / "fiches" / delivery.association, delivery, seed)
    progress(f"{sent} fichiers de fiches")
    return exports, sent


def _put_delivery(folder: Path, delivery: fiches.Delivery, seed: int) -> int:
    extension, content = layouts.file_of(delivery, seed)
    names = [delivery.stem, f"{delivery.stem} (copie)"] if delivery.sent_twice else [delivery.stem]
    for name in names:
        _put(folder / f"{name}.{extension}", content, delivery.received_at)
    return len(names)


def _put(path: Path, content: bytes, received_at: datetime) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    stamp = received_at.replace(tzinfo=PARIS).timestamp()
    os.utime(path, (stamp, stamp))


def _write_conventions(directory: Path, saisines: int, quarter: Quarter) -> None:
    """The default set, two envelopes made small enough to be felt."""
    directory.mkdir()
    for source in files("etl").joinpath("conventions").iterdir():
        if not source.name.endswith(".yaml"):
            continue
        text = source.read_text(encoding="utf-8")
        for code, per_hundred in ENVELOPES.items():
            if f"code: {code}\n" in text:
                text = _with_envelope(text, quarter.year, max(1, saisines * per_hundred // 100))
        (directory / source.name).write_text(text, encoding="utf-8")


def _with_envelope(text: str, year: int, euros: int) -> str:
    envelope = f'enveloppes: {{{year}: {{montant: "{euros}.00", clos_le: {year + 1}-05-31}}}}'
    return re.sub(r"^enveloppes:.*$", envelope, text, count=1, flags=re.MULTILINE)
