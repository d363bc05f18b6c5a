import pytest

from etl.model.phone import e164


@pytest.mark.parametrize(
    "written",
    [
        "01 80 52 33 84",
        "0180523384",
        "01.80.52.33.84",
        "01-80-523-384",
        "+33 1 80 52 33 84",
        "+33 (0)1 80 52 33 84",
        "0033 1 80 52 33 84",
        "33180523384",
        "180523384",
        "01\u00a080\u202f52 33 84",
        "01 80 52 33 84 poste 12",
        "tel:+33-1-80-52-33-84",
    ],
)
def test_any_usual_french_writing_is_one_number(written):
    assert e164(written) == "+33180523384"


@pytest.mark.parametrize("written", ["01 99 00 12 76", "01 99 00 84 42"])
def test_invented_ranges_of_the_examples_pass(written):
    assert e164(written) == "+33" + written[1:].replace(" ", "")


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("0262 12 34 56", "+262262123456"),
        ("+33 262 12 34 56", "+262262123456"),
        ("+262 262 12 34 56", "+262262123456"),
        ("0692 11 22 33", "+262692112233"),
        ("0639 11 22 33", "+262639112233"),
        ("0590 12 34 56", "+590590123456"),
        ("0696 12 34 56", "+596696123456"),
        ("0594 12 34 56", "+594594123456"),
        ("+687 12 34 56", "+687123456"),
        ("116 006", "+33116006"),
        ("3919", "+333919"),
    ],
)
def test_overseas_and_short_numbers_are_read_too(written, stored):
    assert e164(written) == stored


@pytest.mark.parametrize(
    "written", ["", "12", "anonyme", "masqué", "06 12", "01 80 52 33 84 01 80 52 33 84", "M. Martin 0612345678", "+"]
)
def test_what_is_not_a_number_is_none(written):
    assert e164(written) is None
