import pytest

from etl.model.identifiers import bic_error, iban_error, rna_error, siret_error


@pytest.mark.parametrize("text", ["99000001000019", "990 000 010 00019", "35600000000048", "35600000009075"])
def test_right_sirets_pass_those_of_la_poste_too(text):
    assert siret_error(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("99000001000018", "clé"),
        ("35600000009076", "clé"),
        ("9900000100001", "14 chiffres"),
        ("", "absent"),
        ("99000001O00019", "14 chiffres"),
    ],
)
def test_wrong_sirets_are_told(text, said):
    assert said in siret_error(text)


@pytest.mark.parametrize("text", ["W000000001", "w 751 234567", "W2A1000123"])
def test_right_rna_numbers_pass(text):
    assert rna_error(text, "13") is None


@pytest.mark.parametrize(
    ("departement", "passes"), [("67", True), ("68", True), ("57", True), ("13", False), (None, False)]
)
def test_rna_may_be_empty_in_alsace_moselle_only(departement, passes):
    assert (rna_error("", departement) is None) == passes


@pytest.mark.parametrize("text", ["W00000001", "1234567890", "W0000000011"])
def test_wrong_rna_numbers_are_told_in_alsace_moselle_too(text):
    assert "mal formé" in rna_error(text, "67")


@pytest.mark.parametrize(
    "text", ["FR7699999000010000000000115", "FR76 9999 9000 0100 0000 0000 115", "DE89370400440532013000"]
)
def test_ibans_are_judged_without_a_registry_of_banks(text):
    assert iban_error(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("FR7699999000010000000000116", "contrôle"),
        ("FR4999999000010000000000116", "clé RIB"),
        ("FR769999900001000000000011", "mal formé"),
        ("XX7699999000010000000000115", "mal formé"),
        ("", "absent"),
    ],
)
def test_wrong_ibans_are_told(text, said):
    assert said in iban_error(text)


@pytest.mark.parametrize("text", ["EXMPFRPP", "exmpfrpp", "EXMPFRPPXXX"])
def test_bics_are_judged_by_their_shape(text):
    assert bic_error(text) is None


@pytest.mark.parametrize("text", ["EXMPFRP", "EXMPZZPP", "EXMPFRPPXX", "EXMP FR-PP-1", ""])
def test_wrong_bics_are_told(text):
    assert bic_error(text)
