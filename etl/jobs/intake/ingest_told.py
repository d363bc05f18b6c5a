"""What `saisines ingest` and the sources that pull say of the files they took in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from etl.jobs.intake.incoming import Incoming
from etl.jobs.intake.judging import Judged
from etl.jobs.intake.storing import Stored
from etl.sources.inbox import Unknown

RECEIVED = "recu"
KNOWN = "deja_recu"
FAILED = "echec"


@dataclass(frozen=True)
class FileReport:
    """What became of a file, with its control totals: read = accepted + rejected + duplicate + ignored.

    Attributes:
        name: what people know it by.
        kind: `journal` or `fiches`.
        origin: the association's code, or the source profile.
        status: `recu`, `deja_recu` (same bytes, same origin: nothing changed) or `echec`.
        delivery_id: of the warehouse, also of the earlier delivery it repeats.
        reasons: how many rows were refused for each code.
        failure: why it failed, in French.
    """

    name: str
    kind: str
    origin: str
    status: str
    delivery_id: int | None = None
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    duplicate: int = 0
    ignored: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    failure: str | None = None


@dataclass(frozen=True)
class Report:
    """What a run did.

    Attributes:
        files: in the order in which they were given.
        unknown: files that are neither journal nor fiches, and why.
        corrected: how many rows refused before were accepted now, from a corrected file.
    """

    files: Sequence[FileReport]
    unknown: Sequence[Unknown] = ()
    corrected: int = 0

    @property
    def failed(self) -> list[FileReport]:
        """The files that were not taken in."""
        return [file for file in self.files if file.status == FAILED]

    @property
    def changed(self) -> bool:
        """Whether anything was taken in."""
        return any(file.status == RECEIVED for file in self.files)

    def totals(self) -> dict[str, int]:
        """The control totals of the files taken in, added up."""
        taken = [file for file in self.files if file.status == RECEIVED]
        names = ("read", "accepted", "rejected", "duplicate", "ignored")
        return {"files": len(taken)} | {name: sum(getattr(file, name) for file in taken) for name in names}


def as_json(report: Report) -> dict[str, Any]:
    """The report as data, for `--json`."""
    return {
        "files": [asdict(file) for file in report.files],
        "unknown": [asdict(file) for file in report.unknown],
        "corrected": report.corrected,
        "totals": report.totals(),
    }


def told(
    read: Sequence[Incoming],
    stored: Stored,
    received: Mapping[tuple[str, str], Mapping[str, Any]],
    judged: Judged | None,
    corrected: int,
) -> Report:
    """Say what became of each file of a run.

    Args:
        read: the files, in the order in which they were given.
        stored: what the run stored, by their place.
        received: what counted as received before, by (SHA-256, origin).
        judged: their rows.
        corrected: how many rows refused before were accepted now.
    """
    reasons = _reasons(judged)
    files = [_reported(place, read, stored, received, reasons) for place in range(len(read))]
    return Report(files, corrected=corrected)


def _reasons(judged: Judged | None) -> dict[int, Counter[str]]:
    reasons: dict[int, Counter[str]] = {}
    for row in judged.refused if judged else ():
        reasons.setdefault(row.delivery, Counter()).update(row.codes)
    return reasons


def _reported(
    place: int,
    read: Sequence[Incoming],
    stored: Stored,
    received: Mapping[tuple[str, str], Mapping[str, Any]],
    reasons: Mapping[int, Counter[str]],
) -> FileReport:
    """Say what became of a file; one that was given twice in a run is known the second time."""
    one = read[place]
    first = next(
        (n for n, its in enumerate(read) if its.identity == one.identity and (its.content or its.failure)), place
    )
    failure = read[first].failure or one.failure
    base = FileReport(one.found.name, one.found.kind, one.found.origin, FAILED, failure=failure)
    if failure:
        return base
    if place in stored.ids:
        made = stored.deliveries[place]
        return replace(
            base,
            status=RECEIVED,
            delivery_id=stored.ids[place],
            read=made.rows_read,
            accepted=made.rows_accepted,
            rejected=made.rows_rejected,
            duplicate=made.rows_duplicate,
            ignored=made.rows_ignored,
            reasons=dict(sorted(reasons.get(place, Counter()).items())),
        )
    known = received.get(one.identity)
    return replace(base, status=KNOWN, delivery_id=known["delivery_id"] if known else stored.ids.get(first))
