"""What is kept of a refused row: codes, dates and numbers; no name, no telephone, no free text."""

import pytest

from etl.sources.kept import COLUMNS, CONTACT, FICHE, SESSION, kept, mask, row_key

NOTHING = dict.fromkeys(name for columns in COLUMNS.values() for name in columns)


def contact(**cells):
    return NOTHING | {"id_appel": "A1", "numero_appele": "+33180523384", "beneficiaire": "ab" * 32} | cells


def test_right_cells_are_kept_and_neither_numbers_nor_persons_are():
    assert kept(CONTACT, contact(debut="2026-01-02T09:00:00", suite="saisine"), []) == {
        "id_appel": "A1",
        "debut": "2026-01-02T09:00:00",
        "suite": "saisine",
    }


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("date_cloture", "!31/04/2026", "31/04/2026"),
        ("date_cloture", "!Mme Durand", "xxx xxxxxx"),
        ("date_cloture", "!0612345678", "9999999999"),
        ("date_cloture", "1961-05-12", "1961-05-12"),
        ("nb_psy", "!-3", "-3"),
        ("nb_psy", "!06 12 34 56 78", "99 99 99 99 99"),
        ("issue", "durand_marie", "xxxxxx_xxxxx"),
        ("saisine_ref", "Durand Marie", "xxxxxx xxxxx"),
        ("saisine_ref", "FV26-00O123-X", "FV26-00O123-X"),
        ("association", "AAV014", "AAV014"),
        ("association", "MAISONDESVICTIMES", "xxxxxxxxxxxxxxxxx"),
        ("departement", "RHÔNE", "xxxxx"),
    ],
)
def test_what_should_be_coded_and_is_not_is_masked(name, value, shown):
    assert kept(FICHE, NOTHING | {name: value}, [name])[name] == shown


def test_a_convention_that_is_no_code_is_masked_even_when_another_cell_is_wrong():
    assert kept(FICHE, NOTHING | {"convention": "AVECMADAMEDURAND", "issue": "x"}, ["issue"])["convention"] == "x" * 16


def test_a_masked_text_is_cut():
    assert mask("é" * 100) == "x" * 40


def test_a_row_is_found_again_by_its_call_or_its_reference():
    assert row_key(CONTACT, contact(), ["debut"]) == "A1"
    assert row_key(FICHE, NOTHING | {"saisine_ref": "FV26-000123-W"}, ["issue"]) == "FV26-000123-W"
    assert row_key(SESSION, NOTHING | {"saisine_ref": "Durand"}, ["saisine_ref"]) is None
