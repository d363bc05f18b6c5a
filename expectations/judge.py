"""The judge: Great Expectations run over all rows of a kind, and its verdict on each row and each delivery.

It is asked of a cell's text once: a rule that reads one column, which repeats itself as most do, is judged on the
distinct texts of that column, and what it refuses is refused wherever it stands. The other rules are judged on the rows.
"""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from types import ModuleType
from typing import TYPE_CHECKING, Any

from etl.model import collector
from expectations.spared import remembered, spare

if TYPE_CHECKING:
    import numpy
    import pandas as pd
    import pyarrow as pa

DELIVERY = "delivery"
REPEATS = 10  # a column repeats itself when its texts stand that often, on average,
HEAD = 1 << 14  # in that many rows

Rule = Any  # an expectation
Result = Any  # of one expectation, as Great Expectations gives it


@dataclass(frozen=True)
class Fault:
    """Why a row is refused: the rule's code, the column at fault, the sentence for its author."""

    code: str
    column: str
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """What was found.

    Attributes:
        faults: of each refused row (by its place in the frame), in the order of the rules.
        checks: for each delivery, the result of each rule as data: no value of any row is in it.
    """

    faults: dict[int, list[Fault]] = field(default_factory=dict)
    checks: dict[int, dict[str, Any]] = field(default_factory=dict)


def judge(suite: ModuleType, frame: pa.Table) -> Verdict:
    """Judge rows.

    Args:
        suite: one of this package's suites (`journal`, `saisines`, `entretiens`).
        frame: the rows as canonical texts or null, with `delivery` (whose they are) and the columns that the suite's
            rules name.

    Raises:
        RuntimeError: a rule could not be asked; a rule that was not asked has not passed.
    """
    if not frame.num_rows:
        return Verdict()
    # Importing it makes a million objects, which all stay: one walk of the collector over them is half of a judgement.
    with warnings.catch_warnings(), collector.resting():
        warnings.simplefilter("ignore")
        spare()
        results = _outcomes(suite, frame)
    verdict = Verdict(checks=_checks(suite.NAME, results, frame[DELIVERY].to_numpy()))
    for fault, places in results:
        for place in places:
            verdict.faults.setdefault(int(place), []).append(fault)
    return verdict


Outcome = tuple[Fault, list[int]]


def _outcomes(suite: ModuleType, frame: pa.Table) -> list[Outcome]:
    """What each rule refuses, in the order of the suite."""
    rules = suite.rules()
    for rank, rule in enumerate(rules):
        rule.meta["rank"] = rank
    read = {name for rule in rules for name in rule.meta["reads"]}
    rows = frame.combine_chunks().to_batches()[0]
    columns = {name: rows[name] for name in sorted(read) if name in frame.column_names}
    repeated = {name: _coded(column) for name, column in columns.items() if _repeats(column)}
    of_texts, of_rows = [], []
    for rule in rules:
        is_of_texts = len(rule.meta["reads"]) == 1 and rule.meta["column"] in repeated
        (of_texts if is_of_texts else of_rows).append(rule)
    found = [
        *(_outcome(result, None) for result in _validate(suite.NAME, of_rows, _rows(of_rows, columns))),
        *(_outcome(result, repeated) for result in _validate(suite.NAME, of_texts, _texts(of_texts, repeated))),
    ]
    return [outcome for _, outcome in sorted(found, key=itemgetter(0))]


def _repeats(column: pa.StringArray) -> bool:
    """Whether a column repeats itself, as far as its beginning tells."""
    head = column.slice(0, HEAD)
    return len(head.unique()) * REPEATS <= len(head)


def _coded(column: pa.StringArray) -> pa.DictionaryArray:
    """A column as its distinct texts, blank included, and the place of each row's among them."""
    return column.dictionary_encode(null_encoding="encode")


def _rows(rules: Sequence[Rule], columns: Mapping[str, pa.StringArray]) -> pd.DataFrame:
    """The rows, with the columns that these rules read."""
    import pandas as pd

    names = {name for rule in rules for name in rule.meta["reads"]} & set(columns)
    return pd.DataFrame({name: columns[name].to_pandas() for name in sorted(names)})


def _texts(rules: Sequence[Rule], repeated: Mapping[str, pa.DictionaryArray]) -> pd.DataFrame:
    """The distinct texts of columns, side by side; the first of each again where it has fewer than another."""
    import pandas as pd

    columns = {rule.meta["column"]: repeated[rule.meta["column"]].dictionary.to_pylist() for rule in rules}
    height = max(map(len, columns.values()), default=0)
    return pd.DataFrame(
        {name: texts + texts[:1] * (height - len(texts)) for name, texts in columns.items()}, dtype="str"
    )


def _outcome(result: Result, coded: Mapping[str, pa.DictionaryArray] | None) -> tuple[int, Outcome]:
    """The place of a rule in its suite, which Great Expectations does not keep, and the rows that it refuses.

    Args:
        result: of the rule.
        coded: the columns, if it was judged on their distinct texts.
    """
    config = result.expectation_config
    if result.result.get("unexpected_index_list") is None and not _asked_of_no_row(result):
        raise RuntimeError(f"expectation not evaluated: {config.type} on {config.meta['column']}")
    meta = config.meta
    places = list(result.result.get("unexpected_index_list") or [])
    fault = Fault(meta["code"], meta["column"], meta["sentence"])
    return int(meta["rank"]), (fault, _standing(places, coded[meta["column"]]) if coded else places)


def _standing(texts: Sequence[int], column: pa.DictionaryArray) -> list[int]:
    """The rows in which some of the distinct texts of a column stand."""
    import numpy

    return numpy.flatnonzero(numpy.isin(column.indices.to_numpy(), texts)).tolist() if texts else []


def _asked_of_no_row(result: Result) -> bool:
    """Whether the rule passed without listing anything because no row was in its condition."""
    return bool(result.success) and not result.exception_info.get("raised_exception", True)


def _checks(name: str, outcomes: Sequence[Outcome], deliveries: numpy.ndarray[Any, Any]) -> dict[int, dict[str, Any]]:
    import pyarrow as pa

    rows = {count["values"]: count["counts"] for count in pa.array(deliveries).value_counts().to_pylist()}
    refused = [(fault, Counter(deliveries[places].tolist())) for fault, places in outcomes]
    return {
        delivery: {
            "suite": name,
            "rows": count,
            "success": not any(by_delivery[delivery] for _, by_delivery in refused),
            "rules": [
                {
                    "code": fault.code,
                    "column": fault.column,
                    "sentence": fault.sentence,
                    "refused": by_delivery[delivery],
                }
                for fault, by_delivery in refused
            ],
        }
        for delivery, count in rows.items()
    }


def _hush() -> None:
    """Keep Great Expectations quiet: it sets the level of some of its loggers itself."""
    ours = [name for name in logging.root.manager.loggerDict if name.startswith("great_expectations")]
    for logger in map(logging.getLogger, ours):
        if logger.level != logging.ERROR:  # setting a level empties what every logger remembers
            logger.setLevel(logging.ERROR)


def _validate(name: str, rules: Sequence[Rule], frame: pd.DataFrame) -> list[Result]:
    """Run rules with their full list of failing rows (COMPLETE, by the default index)."""
    if not rules:
        return []
    import great_expectations as gx
    from great_expectations.validator.v1_validator import Validator

    _hush()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.pandas_default.add_dataframe_asset(name)
    rows = asset.add_batch_definition_whole_dataframe("rows")
    # A batch's own `validate` would read the frame a second time, fingerprint of each cell included.
    validator = Validator(rows, {"result_format": "COMPLETE"}, {"dataframe": frame})
    with remembered():
        suite = gx.ExpectationSuite(name=name, expectations=list(rules))
        return list(validator.validate_expectation_suite(suite).results)
