"""Rows of many files as one frame, to be judged together: each small call of the judge costs as much as a large one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from etl.sources.tabular import Rows
from etl.sources.texts import Texts, arrayed, whole

if TYPE_CHECKING:
    import pyarrow as pa

LATEST = "~"  # sorts after every hour: an instant of the last day is not late


@dataclass(frozen=True)
class Part:
    """The rows of one kind of one delivery.

    Attributes:
        delivery: what the job knows the delivery by.
        rows: as read.
        folder: the code of the folder it lay in, to be compared with what its rows say.
        received_on: its reception, which bounds its dates.
    """

    delivery: int
    rows: Rows
    folder: str
    received_on: date


def frame_of(parts: Sequence[Part], columns: Sequence[str]) -> pa.Table:
    """Put parts one under the other.

    Returns:
        `delivery` and `row_number`, whole numbers; `sheet`, `dossier`, `au_plus_tard` and the columns, texts, null where
        blank.
    """
    import pyarrow as pa

    numbers = pa.chunked_array([pa.array(part.rows.numbers, pa.int64()) for part in parts], pa.int64())
    given = {
        "delivery": _repeated(parts, lambda part: part.delivery).cast(pa.int64()),
        "sheet": _joined(part.rows.sheets for part in parts),
        "row_number": whole(numbers),
        "dossier": _repeated(parts, lambda part: part.folder),
        "au_plus_tard": _repeated(parts, lambda part: _a_year_after(part.received_on).isoformat() + LATEST),
    }
    return pa.table(given | {name: _joined(part.rows.values[name] for part in parts) for name in columns})


def _joined(columns: Iterable[Texts]) -> pa.StringArray:
    import pyarrow as pa

    return whole(pa.chunked_array(list(map(arrayed, columns)), pa.string()))


def _repeated(parts: Sequence[Part], value: Callable[[Part], Any]) -> pa.Array:
    import numpy
    import pyarrow as pa

    places = numpy.repeat(numpy.arange(len(parts)), [len(part.rows.numbers) for part in parts])
    return pa.array(list(map(value, parts))).take(pa.array(places))


def _a_year_after(day: date) -> date:
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def with_known_codes(frame: pa.Table, known: Mapping[str, str]) -> pa.Table:
    """Write the codes of conventions and associations as their register does, where it knows them.

    Args:
        frame: with `convention` and `association`.
        known: from the code in capitals without spaces to the code as registered.
    """
    import pyarrow as pa

    for name in ("convention", "association"):
        coded = whole(frame[name]).dictionary_encode()
        codes = pa.array([known.get(code, code) for code in coded.dictionary.to_pylist()], pa.string())
        frame = frame.set_column(frame.column_names.index(name), name, codes.take(coded.indices))
    return frame
