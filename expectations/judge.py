"""The judge: Great Expectations run once over all rows of a kind, and its verdict on each row and each delivery."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

DELIVERY = "delivery"

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


def judge(suite: ModuleType, frame: pd.DataFrame) -> Verdict:
    """Judge rows.

    Args:
        suite: one of this package's suites (`journal`, `saisines`, `entretiens`).
        frame: the rows as canonical texts or None, with the default index, `delivery` (whose they are) and the columns
            that the suite's rules name.

    Raises:
        RuntimeError: a rule could not be asked; a rule that was not asked has not passed.
    """
    if frame.empty:
        return Verdict()
    results = [_outcome(result) for result in sorted(_validate(suite, frame), key=_rank)]
    deliveries = frame[DELIVERY].tolist()
    verdict = Verdict(checks=_checks(suite.NAME, results, deliveries))
    for fault, places in results:
        for place in places:
            verdict.faults.setdefault(int(place), []).append(fault)
    return verdict


Outcome = tuple[Fault, list[int]]


def _rank(result: Result) -> int:
    """The place of a rule in its suite, which Great Expectations does not keep."""
    return int(result.expectation_config.meta["rank"])


def _outcome(result: Result) -> Outcome:
    config = result.expectation_config
    if result.result.get("unexpected_index_list") is None and not _asked_of_no_row(result):
        raise RuntimeError(f"expectation not evaluated: {config.type} on {config.meta['column']}")
    meta = config.meta
    return Fault(meta["code"], meta["column"], meta["sentence"]), list(result.result.get("unexpected_index_list") or [])


def _asked_of_no_row(result: Result) -> bool:
    """Whether the rule passed without listing anything because no row was in its condition."""
    return bool(result.success) and not result.exception_info.get("raised_exception", True)


def _checks(name: str, outcomes: Sequence[Outcome], deliveries: Sequence[int]) -> dict[int, dict[str, Any]]:
    rows = Counter(int(delivery) for delivery in deliveries)
    refused = [(fault, Counter(int(deliveries[place]) for place in places)) for fault, places in outcomes]
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
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("great_expectations")]:
        logging.getLogger(name).setLevel(logging.ERROR)


def _validate(suite: ModuleType, frame: pd.DataFrame) -> list[Any]:
    """Run the suite with its full list of failing rows (COMPLETE, by the default index), without a word on screen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx

        _hush()
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        asset = context.data_sources.add_pandas("rows").add_dataframe_asset(suite.NAME)
        rules = suite.rules()
        for rank, rule in enumerate(rules):
            rule.meta["rank"] = rank
        expectations = context.suites.add(gx.ExpectationSuite(name=suite.NAME, expectations=rules))
        definition = gx.ValidationDefinition(
            name=suite.NAME, data=asset.add_batch_definition_whole_dataframe("all"), suite=expectations
        )
        outcome = context.validation_definitions.add(definition).run(
            batch_parameters={"dataframe": frame}, result_format={"result_format": "COMPLETE"}
        )
    return list(outcome.results)
