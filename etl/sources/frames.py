"""Rows of many files as one frame, to be judged together: each small call of the judge costs as much as a large one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any

from etl.sources.tabular import Rows

if TYPE_CHECKING:
    import pandas as pd

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


def frame_of(parts: Sequence[Part], columns: Sequence[str]) -> pd.DataFrame:
    """Put parts one under the other.

    Returns:
        `delivery`, `sheet`, `row_number`, `dossier`, `au_plus_tard` and the columns, with the default index; texts are
        Python strings, None where blank.
    """
    import pandas as pd

    values: dict[str, list[Any]] = {
        "delivery": _repeated(parts, lambda part: part.delivery),
        "sheet": _joined(part.rows.sheets for part in parts),
        "row_number": _joined(part.rows.numbers for part in parts),
        "dossier": _repeated(parts, lambda part: part.folder),
        "au_plus_tard": _repeated(parts, lambda part: _a_year_after(part.received_on).isoformat() + LATEST),
    }
    values |= {name: _joined(part.rows.values[name] for part in parts) for name in columns}
    whole = {"delivery": "int64", "row_number": "int64"}
    return pd.DataFrame({name: pd.Series(column, dtype=whole.get(name, "object")) for name, column in values.items()})


def _joined(columns: Iterable[Sequence[Any]]) -> list[Any]:
    return list(chain.from_iterable(columns))


def _repeated(parts: Sequence[Part], value: Callable[[Part], Any]) -> list[Any]:
    return _joined([value(part)] * len(part.rows.numbers) for part in parts)


def _a_year_after(day: date) -> date:
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def with_known_codes(frame: pd.DataFrame, known: Mapping[str, str]) -> pd.DataFrame:
    """Write the codes of conventions and associations as their register does, where it knows them.

    Args:
        frame: with `convention` and `association`.
        known: from the code in capitals without spaces to the code as registered.
    """
    import pandas as pd

    changed = {}
    for name in ("convention", "association"):
        codes = frame[name].tolist()
        if any(known.get(code, code) != code for code in set(codes)):
            changed[name] = pd.Series([known.get(code, code) for code in codes], frame.index, dtype="object")
    return frame.assign(**changed)
