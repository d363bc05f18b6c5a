"""A column of texts: a list, or an array of Arrow where it is long and nothing else than texts stands in it.

A spreadsheet's few hundred rows are read faster as Python's; a million rows of a journal take it seconds to look at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from etl.sources.workbook import Row

if TYPE_CHECKING:
    import pyarrow as pa

Texts = Any  # list[str | None] | pa.StringArray: canonical texts, None where blank
Cells = Any  # list[Cell] | pa.StringArray: what a file holds, "" where blank

FEW = 500  # cells, below which a list is as fast
BLOCK = 1 << 12  # rows made at once


def listed(texts: Texts) -> list[Any]:
    """A column as a list."""
    return texts if isinstance(texts, list) else texts.to_pylist()


def arrayed(texts: Texts) -> pa.StringArray:
    """A column as an array."""
    import pyarrow as pa

    return pa.array(texts, pa.string()) if isinstance(texts, list) else texts


def whole(column: pa.ChunkedArray) -> pa.Array:
    """A column of a table as one array; `combine_chunks` copies also what is whole already."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def arrayed_if_long(cells: Cells) -> Cells:
    """A column as an array, but for one that is short, or holds numbers or days."""
    if not isinstance(cells, list) or len(cells) < FEW or set(map(type, cells)) != {str}:
        return cells
    return arrayed(cells)


def places_of(cells: Cells, among: set[Any]) -> list[int]:
    """Where some of the cells of a column stand."""
    if isinstance(cells, list):
        return [place for place, cell in enumerate(cells) if cell in among] if among else []
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.indices_nonzero(pc.is_in(cells, pa.array(list(among), pa.string()))).to_pylist()  # type: ignore[no-any-return]


class Lines(Sequence[Row]):
    """Rows of texts, kept as columns; each has as many cells as the widest, blank where its line had none."""

    def __init__(self, columns: Sequence[pa.StringArray]) -> None:
        """Args: columns: all of one length."""
        self.columns = columns

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.columns[0])

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - a row or rows
        """One row, or the rows of a slice."""
        if isinstance(place, slice):
            return Lines([column[place] for column in self.columns])
        return [column[place].as_py() for column in self.columns]

    def __iter__(self) -> Iterator[Row]:
        """Each row."""
        for start in range(0, len(self), BLOCK):
            yield from self.at(range(start, min(start + BLOCK, len(self))))

    def __reversed__(self) -> Iterator[Row]:
        """Each row, the last first."""
        for end in range(len(self), 0, -BLOCK):
            yield from reversed(self.at(range(max(0, end - BLOCK), end)))

    def at(self, places: Sequence[int]) -> list[Row]:
        """Some of the rows."""
        import pyarrow as pa

        wanted = pa.array(places, pa.int64())
        return list(map(list, zip(*(column.take(wanted).to_pylist() for column in self.columns), strict=True)))

    def without(self, places: Sequence[int]) -> Lines:
        """All rows but some."""
        import numpy
        import pyarrow as pa

        mask = numpy.ones(len(self), bool)
        mask[places] = False
        return Lines([column.filter(pa.array(mask)) for column in self.columns])
