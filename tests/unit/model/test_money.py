from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.model.money import cents, euros, round_half_up

CENTS = st.integers(-(10**9), 10**9)


@pytest.mark.parametrize(
    ("euros_written", "rounded"),
    [("0.015", 2), ("0.285", 29), ("1.005", 101), ("-0.015", -2), ("-1.005", -101), ("0.0149", 1), ("0", 0)],
)
def test_pitfall_1_a_half_cent_goes_away_from_zero(euros_written, rounded):
    assert round_half_up(Fraction(euros_written) * 100) == rounded


@pytest.mark.parametrize("inexact", [0.015, 1.0, True, Decimal("0.015"), "1"])
def test_pitfall_1_inputs_that_are_not_exact_are_refused(inexact):
    with pytest.raises(TypeError):
        round_half_up(inexact)


@given(st.fractions())
def test_rounding_is_symmetric_and_never_more_than_a_half_away(value):
    rounded = round_half_up(value)
    assert round_half_up(-value) == -rounded
    assert abs(rounded - value) <= Fraction(1, 2)
    if abs(rounded - value) == Fraction(1, 2):
        assert abs(rounded) > abs(value)


def test_pitfall_7_a_price_of_zero_is_a_price():
    assert cents("0.00") == 0
    assert euros(0) == "0,00\u202f€"


@pytest.mark.parametrize(
    ("text", "amount"), [("55.00", 5500), ("55", 5500), ("55.5", 5550), ("-0.01", -1), ("900000.00", 90_000_000)]
)
def test_an_amount_is_read_from_decimal_text(text, amount):
    assert cents(text) == amount


@pytest.mark.parametrize("text", ["55.005", "55,00", "1 000.00", "1_000", "", ".5", "5.", "1e3", "NaN", "+5", "٥٥"])
def test_what_is_not_an_amount_is_refused(text):
    with pytest.raises(ValueError, match="two decimals"):
        cents(text)


@pytest.mark.parametrize("value", [55.0, 55, None])
def test_an_amount_that_is_not_text_is_refused(value):
    with pytest.raises(TypeError):
        cents(value)


@given(CENTS)
def test_an_amount_written_for_people_reads_back(amount):
    written = euros(amount)
    plain = written.replace("\u202f", "").replace("\u2212", "-").replace(",", ".").removesuffix("€")
    assert cents(plain) == amount
    assert " " not in written


def test_amounts_are_written_the_french_way():
    assert euros(123450) == "1\u202f234,50\u202f€"
    assert euros(-5) == "\u22120,05\u202f€"
    assert euros(100_000_000) == "1\u202f000\u202f000,00\u202f€"
