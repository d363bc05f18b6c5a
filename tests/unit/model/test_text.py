import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.model.text import key, normalise


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("  a  b ", "a b"),
        ("1\u202f234\u00a0€", "1 234 €"),
        ("nom\nde\tfamille", "nom de famille"),
        ("ＦＶ２６", "FV26"),
        ("a\u200bb\ufeff", "ab"),
        ("e\u0301lu", "élu"),
        ("a\x00b", "a b"),
    ],
)
def test_spaces_and_forms_are_folded_before_text_is_compared(written, stored):
    assert normalise(written) == stored


@given(st.text())
def test_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


@given(st.text())
def test_a_key_is_its_own_key(text):
    assert key(key(text)) == key(text)


@pytest.mark.parametrize(
    "written",
    ["N° de saisine", "n de saisine", "Nº DE SAISINE", "N°\nde saisine", "  n° de  saisine :", "n_de_saisine"],
)
def test_headers_match_without_case_accents_punctuation_or_line_breaks(written):
    assert key(written) == "n de saisine"


def test_coded_values_match_however_they_are_typed():
    assert key("Pris en charge") == key("pris_en_charge") == key("PRIS-EN-CHARGE")
    assert key("Élu") == key("elu")
    assert key("œuvre") == "oeuvre"
