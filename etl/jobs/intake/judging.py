"""Rows of many deliveries, judged kind by kind: what is accepted, and what is refused and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING, Any

from etl.sources import shapes
from etl.sources.cells import sigle
from etl.sources.fiches import columns as fiche_columns
from etl.sources.frames import Part, frame_of, with_known_codes
from etl.sources.intake import Content
from etl.sources.kept import CONTACT, FICHE, SESSION, kept, row_key
from etl.sources.profile import CONTACT as CONTACT_FIELDS

if TYPE_CHECKING:
    import pyarrow as pa

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Given:
    """A delivery to judge: what the job knows it by, whose it is, when it was received, what it holds."""

    delivery: int
    origin: str
    received_on: date
    content: Content


@dataclass(frozen=True)
class Refusal:
    """A row refused: what is kept of it, and why."""

    delivery: int
    kind: str
    sheet: str
    row_number: int
    row_key: str | None
    columns: Mapping[str, str]
    codes: Sequence[str]
    cells: Sequence[str]
    sentence: str


@dataclass(frozen=True)
class Judged:
    """What the judge said.

    Attributes:
        accepted: the accepted rows, by kind.
        refused: the other rows.
        checks: (delivery, suite) and the results of its rules, as data.
    """

    accepted: Mapping[str, pa.Table]
    refused: Sequence[Refusal]
    checks: Mapping[tuple[int, str], Mapping[str, Any]] = field(default_factory=dict)


def judge(given: Sequence[Given], known: Mapping[str, str], progress: Progress) -> Judged:
    """Judge all rows of all deliveries, one call of Great Expectations a kind.

    Args:
        given: the deliveries.
        known: the codes of the registers, from their capitals without spaces.
        progress: told of each kind.
    """
    from expectations.judge import judge as judge_frame

    frames = {kind: _frame(kind, given) for kind in (CONTACT, FICHE, SESSION)}
    frames[FICHE], frames[SESSION] = shapes.number_groups(frames[FICHE], frames[SESSION])
    accepted: dict[str, pa.Table] = {}
    refused: list[Refusal] = []
    checks: dict[tuple[int, str], Mapping[str, Any]] = {}
    for done, (kind, read) in enumerate(frames.items()):
        progress("judge", done, len(frames))
        verdict = judge_frame(_suite(kind), read)
        frame = read if kind == SESSION else with_known_codes(read, known)
        wrong = sorted(verdict.faults)
        accepted[kind] = _without(frame, wrong) if wrong else frame
        rows = frame.take(wrong).to_pylist() if wrong else []
        refused += [_refusal(kind, row, verdict.faults[place]) for place, row in zip(wrong, rows, strict=True)]
        checks |= {(delivery, result["suite"]): result for delivery, result in verdict.checks.items()}
    progress("judge", len(frames), len(frames))
    return Judged(accepted, refused, checks)


def _suite(kind: str) -> ModuleType:
    from expectations import entretiens, journal, saisines

    return {CONTACT: journal, FICHE: saisines, SESSION: entretiens}[kind]


def _frame(kind: str, given: Sequence[Given]) -> pa.Table:
    layouts = fiche_columns()
    columns = {
        CONTACT: list(CONTACT_FIELDS),
        FICHE: list(layouts["saisines"]),
        SESSION: [*layouts["entretiens"], "saisine_connue"],
    }[kind]
    holding = [one for one in given if kind in one.content.rows]
    parts = [Part(one.delivery, one.content.rows[kind], sigle(one.origin), one.received_on) for one in holding]
    return frame_of(parts, columns)


def _without(frame: pa.Table, places: Sequence[int]) -> pa.Table:
    import numpy
    import pyarrow as pa

    return frame.filter(pa.array(numpy.isin(numpy.arange(len(frame)), places, invert=True)))


def _refusal(kind: str, row: dict[str, Any], faults: Sequence[Any]) -> Refusal:
    at_fault = list(dict.fromkeys(fault.column for fault in faults))
    cells = ["saisine_ref" if column == "saisine_connue" else column for column in at_fault]
    return Refusal(
        delivery=row["delivery"],
        kind=kind,
        sheet=row["sheet"],
        row_number=row["row_number"],
        row_key=row_key(kind, row, at_fault),
        columns=kept(kind, row, at_fault),
        codes=list(dict.fromkeys(fault.code for fault in faults)),
        cells=cells,
        sentence=" ".join(fault.sentence for fault in faults),
    )
