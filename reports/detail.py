"""Where the lines stand on the sheet Détail, so that the other sheets can sum them by formula."""

from collections import Counter
from typing import Any

from reports.snapshot import Snapshot
from reports.spreadsheet import Formula, euros

HEADER_ROW = 6  # title, subtitle, mention, empty, subtotal, header
SHEET = "'Détail'"
COLUMNS = {"kind": "A", "association": "B", "prestation": "E", "amount_cents": "K"}
GROUPS = ("kind", "association", "prestation")
Criteria = tuple[str, str]  # the formula of the value looked for, and that value in the data


class Detail:
    """The lines of a statement, their ranges on the sheet Détail, and formulas over them with their values."""

    def __init__(self, data: Snapshot) -> None:
        self.data = data
        self.lines: list[dict[str, Any]] = data["statement"]["lines"]
        self.first, self.last = HEADER_ROW + 1, HEADER_ROW + max(1, len(self.lines))
        self._cents: Counter[tuple[str, ...]] = Counter()
        self._counts: Counter[tuple[str, ...]] = Counter()
        self._sums: dict[tuple[int, tuple[str, ...]], Counter[tuple[str, ...]]] = {}
        for line in self.lines:
            group = tuple(line[name] for name in GROUPS)
            self._cents[group] += line["amount_cents"]
            self._counts[group] += 1

    def range(self, column: str) -> str:
        """The absolute range of a column of the lines, by its name in `COLUMNS`."""
        letter = COLUMNS[column]
        return f"{SHEET}!${letter}${self.first}:${letter}${self.last}"

    def sum(self, **criteria: Criteria) -> Formula:
        """The sum of the amounts of the lines that meet the criteria, all of them without any."""
        value = euros(self._total(self._cents, criteria))
        cells = self.range("amount_cents")
        text = f"SUMIFS({cells},{self._conditions(criteria)})" if criteria else f"SUM({cells})"
        return Formula(text, value)

    def count(self, **criteria: Criteria) -> Formula:
        """The number of lines that meet the criteria, of all of them without any."""
        value = self._total(self._counts, criteria)
        text = f"COUNTIFS({self._conditions(criteria)})" if criteria else f"COUNTA({self.range('kind')})"
        return Formula(text, value)

    def subtotal(self) -> Formula:
        """The sum of the lines that the filter leaves in sight."""
        letter = COLUMNS["amount_cents"]
        return Formula(f"SUBTOTAL(109,{letter}{self.first}:{letter}{self.last})", euros(self._total(self._cents, {})))

    def _conditions(self, criteria: dict[str, Criteria]) -> str:
        return ",".join(f"{self.range(column)},{formula}" for column, (formula, _) in criteria.items())

    def _total(self, counter: Counter[tuple[str, ...]], criteria: dict[str, Criteria]) -> int:
        columns = tuple(criteria)
        sums = self._sums.get((id(counter), columns))
        if sums is None:  # added up once for these columns, then looked up
            sums = self._sums[id(counter), columns] = Counter()
            for group, amount in counter.items():
                sums[tuple(group[GROUPS.index(column)] for column in columns)] += amount
        return sums[tuple(value for _, value in criteria.values())]
