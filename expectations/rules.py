"""The ways to ask something of a column; each puts the code, the severity and the sentence of the refusal in `meta`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

BLOCKS = "B"

Expectation = Any  # Great Expectations takes seconds to import: only who judges does

_DAY = r"^(?:201[5-9]|20[2-9][0-9]|2[1-9][0-9]{2})-[0-9]{2}-[0-9]{2}"


def given(column: str, sentence: str) -> Expectation:
    """The cell must not be blank."""
    import great_expectations.expectations as gxe

    return gxe.ExpectColumnValuesToNotBeNull(column=column, **_refusal("MISSING_VALUE", column, sentence))


def given_if(column: str, other: str, value: str, sentence: str) -> Expectation:
    """The cell must not be blank where another has that value."""
    import great_expectations.expectations as gxe
    from great_expectations.expectations.row_conditions import Column

    refusal = _refusal("MISSING_VALUE", column, sentence, other)
    return gxe.ExpectColumnValuesToNotBeNull(column=column, row_condition=Column(other) == value, **refusal)


def matching(column: str, pattern: str, code: str, sentence: str) -> Expectation:
    """The cell, if not blank, must have that form."""
    import great_expectations.expectations as gxe

    return gxe.ExpectColumnValuesToMatchRegex(column=column, regex=pattern, **_refusal(code, column, sentence))


def among(column: str, values: Iterable[str], sentence: str, code: str = "BAD_CODE") -> Expectation:
    """The cell, if not blank, must be in that list."""
    import great_expectations.expectations as gxe

    return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=sorted(values), **_refusal(code, column, sentence))


def whole(column: str, sentence: str, least: int = 0) -> Expectation:
    """The cell, if not blank, must be a whole number from `least` (0 or 1), of nine digits at most."""
    return matching(column, r"^(?:0|[1-9][0-9]{0,8})$" if least == 0 else r"^[1-9][0-9]{0,8}$", "BAD_NUMBER", sentence)


def day(column: str, name: str) -> list[Expectation]:
    """The cell, if not blank, must be a day from 2015 to a year after the reception (`au_plus_tard`)."""
    import great_expectations.expectations as gxe

    unread = (
        f"{name} : ce n’est pas une date, ou elle est d’avant 2015 ; écrivez jour/mois/année, par exemple 02/03/2026."
    )
    late = f"{name} : plus d’un an après la réception ; vérifiez l’année."
    return [
        matching(column, _DAY, "BAD_DATE", unread),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="au_plus_tard",
            column_B=column,
            or_equal=True,
            ignore_row_if="either_value_is_missing",
            **_refusal("BAD_DATE", column, late, "au_plus_tard"),
        ),
    ]


def same(column: str, other: str, code: str, sentence: str) -> Expectation:
    """The cell, if not blank, must be what another column says."""
    import great_expectations.expectations as gxe

    refusal = _refusal(code, column, sentence, other)
    return gxe.ExpectColumnPairValuesToBeEqual(
        column_A=column, column_B=other, ignore_row_if="either_value_is_missing", **refusal
    )


def _refusal(code: str, column: str, sentence: str, *others: str) -> dict[str, Any]:
    """What a rule's `meta` says: the refusal, and which columns the rule reads."""
    said = {"code": code, "severity": BLOCKS, "column": column, "sentence": sentence, "reads": [column, *others]}
    return {"severity": "critical", "meta": said}
