"""The judge: each rule asked once, its full list of rows, its verdict by row and by delivery in agreement."""

import logging
import re
import subprocess
import sys
from collections import Counter
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.sources.fiches import columns
from etl.sources.frames import Part, frame_of
from etl.sources.profile import CONTACT
from etl.sources.tabular import Rows
from expectations import entretiens, journal, saisines
from expectations import judge as judging
from expectations.judge import judge

SUITES = {
    journal: (CONTACT, {"id_appel": "A1", "debut": "2026-01-02T09:00:00", "suite": "information"}),
    saisines: (columns()["saisines"], {"saisine_ref": "FV26-000123-W", "issue": "refus", "version": "1"}),
    entretiens: (
        [*columns()["entretiens"], "saisine_connue"],
        {"saisine_ref": "FV26-000123-W", "date": "2026-01-02", "nature": "psy", "saisine_connue": "oui"},
    ),
}
RECEIVED = date(2026, 4, 2)


def frame(suite, *rows, deliveries=None):
    names, right = SUITES[suite]
    filled = [dict.fromkeys(names) | right | row for row in rows]
    parts = [
        Part(
            delivery,
            Rows({name: [row[name]] for name in names}, ["S"], [number]),
            "AAV001",
            RECEIVED,
        )
        for number, (row, delivery) in enumerate(zip(filled, deliveries or [0] * len(rows), strict=True), start=2)
    ]
    return frame_of(parts, list(names))


def codes(of, **cells):
    found = judge(of, frame(of, cells)).faults.get(0, [])
    return [(fault.code, fault.column) for fault in found]


@pytest.mark.parametrize("suite", SUITES)
def test_a_right_row_is_accepted(suite):
    assert judge(suite, frame(suite, {})).faults == {}


REFUSED = [
    (journal, {"id_appel": None}, "MISSING_VALUE", "id_appel"),
    (journal, {"debut": None}, "MISSING_VALUE", "debut"),
    (journal, {"suite": None}, "MISSING_VALUE", "suite"),
    (journal, {"debut": "!hier"}, "BAD_DATE", "debut"),
    (journal, {"debut": "2014-12-31T23:00:00"}, "BAD_DATE", "debut"),
    (journal, {"debut": "2027-04-03T00:00:00"}, "BAD_DATE", "debut"),
    (journal, {"duree_s": "!-5"}, "BAD_NUMBER", "duree_s"),
    (journal, {"duree_s": "12345678901"}, "BAD_NUMBER", "duree_s"),
    (journal, {"numero_appele": "!ligne 2"}, "BAD_NUMBER", "numero_appele"),
    (journal, {"canal": "pigeon"}, "BAD_CODE", "canal"),
    (journal, {"statut": "perdu"}, "BAD_CODE", "statut"),
    (journal, {"suite": "autre"}, "BAD_CODE", "suite"),
    (journal, {"saisine_ref": "!FV26-000123-X"}, "BAD_REFERENCE", "saisine_ref"),
    (journal, {"id_appel": "1" * 201}, "BAD_CODE", "id_appel"),
    (saisines, {"saisine_ref": "1" * 201}, "BAD_REFERENCE", "saisine_ref"),
    (journal, {"convention": "X" * 41}, "BAD_CODE", "convention"),
    (journal, {"association": "X" * 41}, "BAD_CODE", "association"),
    (journal, {"qualite": "maire"}, "BAD_CODE", "qualite"),
    (journal, {"departement": "99"}, "BAD_CODE", "departement"),
    (journal, {"urgence": "peut_etre"}, "BAD_CODE", "urgence"),
    (saisines, {"saisine_ref": None}, "MISSING_VALUE", "saisine_ref"),
    (saisines, {"issue": None}, "MISSING_VALUE", "issue"),
    (saisines, {"saisine_ref": "Durand"}, "BAD_REFERENCE", "saisine_ref"),
    (saisines, {"saisine_ref": "FV26#000123"}, "BAD_REFERENCE", "saisine_ref"),
    (saisines, {"association": "AAV002"}, "WRONG_FOLDER", "association"),
    (saisines, {"version": "0"}, "BAD_NUMBER", "version"),
    (saisines, {"date_saisine": "!31/04/2026"}, "BAD_DATE", "date_saisine"),
    (saisines, {"date_premier_contact": "2014-12-31"}, "BAD_DATE", "date_premier_contact"),
    (saisines, {"date_cloture": "2027-04-03"}, "BAD_DATE", "date_cloture"),
    (saisines, {"date_signature": "!hier"}, "BAD_DATE", "date_signature"),
    (saisines, {"qualite": "maire"}, "BAD_CODE", "qualite"),
    (saisines, {"departement": "20A"}, "BAD_CODE", "departement"),
    (saisines, {"tentatives": "!-1"}, "BAD_NUMBER", "tentatives"),
    (saisines, {"issue": "termine"}, "BAD_CODE", "issue"),
    (saisines, {"nb_psy": "!2,5"}, "BAD_NUMBER", "nb_psy"),
    (saisines, {"nb_jur": "!deux"}, "BAD_NUMBER", "nb_jur"),
    (saisines, {"nb_soc": "!-1"}, "BAD_NUMBER", "nb_soc"),
    (saisines, {"memo_de_vie": "voir"}, "BAD_CODE", "memo_de_vie"),
    (saisines, {"convention": "X" * 41}, "BAD_CODE", "convention"),
    (entretiens, {"saisine_ref": None, "saisine_connue": None}, "MISSING_VALUE", "saisine_ref"),
    (entretiens, {"date": None}, "MISSING_VALUE", "date"),
    (entretiens, {"nature": None}, "MISSING_VALUE", "nature"),
    (entretiens, {"saisine_ref": "Durand"}, "BAD_REFERENCE", "saisine_ref"),
    (entretiens, {"saisine_connue": "non"}, "ORPHAN_SESSION", "saisine_connue"),
    (entretiens, {"date": "!31/04/2026"}, "BAD_DATE", "date"),
    (entretiens, {"date": "2027-04-03"}, "BAD_DATE", "date"),
    (entretiens, {"heure": "!25:00"}, "BAD_DATE", "heure"),
    (entretiens, {"nature": "yoga"}, "BAD_CODE", "nature"),
    (entretiens, {"mode": "courrier"}, "BAD_CODE", "mode"),
    (entretiens, {"statut": "reporte"}, "BAD_CODE", "statut"),
]


@pytest.mark.parametrize("suite", SUITES)
def test_each_fault_is_found_once_with_its_code_and_its_column(suite):
    cases = [(cells, code, column) for asked, cells, code, column in REFUSED if asked is suite]
    verdict = judge(suite, frame(suite, *(cells for cells, _, _ in cases)))
    found = [[(fault.code, fault.column) for fault in verdict.faults.get(place, [])] for place in range(len(cases))]
    assert found == [[(code, column)] for _, code, column in cases]


def test_every_rule_has_a_case_that_breaks_it():
    asked = {(suite.NAME, rule.meta["code"], rule.meta["column"]) for suite in SUITES for rule in suite.rules()}
    given_if = {("journal", "MISSING_VALUE", "saisine_ref"), ("journal", "MISSING_VALUE", "association")}
    assert asked - given_if == {(suite.NAME, code, column) for suite, _, code, column in REFUSED}


def test_a_contact_that_opens_a_saisine_needs_its_reference_and_its_association():
    assert codes(journal, suite="saisine") == [("MISSING_VALUE", "saisine_ref"), ("MISSING_VALUE", "association")]
    assert codes(journal, suite="orientation") == []


def test_the_last_day_that_may_be_is_a_year_after_the_reception():
    assert codes(journal, debut="2027-04-02T23:00:00") == []
    assert codes(entretiens, date="2027-04-02") == []
    assert codes(entretiens, date="2015-01-01") == []


@pytest.mark.parametrize("written", ["FV26-000123-W", "26-157-C", "fv 26.000123/w", "1234", "É2026", "O0O123456"])
def test_a_reference_of_a_fiche_is_kept_as_written_with_four_digits_and_plain_signs(written):
    assert codes(saisines, saisine_ref=written) == []


@pytest.mark.parametrize("written", ["FV26", "Mme Durand", "dossier_2026", "2026 (bis)", "voir: 2026", "2026, 2027"])
def test_bad_reference(written):
    assert codes(saisines, saisine_ref=written) == [("BAD_REFERENCE", "saisine_ref")]


def test_a_row_with_several_faults_has_them_all_in_order():
    assert codes(saisines, saisine_ref=None, issue="x", nb_psy="!y") == [
        ("MISSING_VALUE", "saisine_ref"),
        ("BAD_CODE", "issue"),
        ("BAD_NUMBER", "nb_psy"),
    ]


def test_pitfall_29_a_thousand_bad_rows_are_a_thousand_refusals_that_agree_with_the_counts():
    deliveries = [number % 7 for number in range(1000)]
    rows = [{"nature": "yoga"} if number % 2 else {"date": "!x", "mode": "y"} for number in range(1000)]
    verdict = judge(entretiens, frame(entretiens, *rows, deliveries=deliveries))
    assert len(verdict.faults) == 1000
    by_row = Counter(
        (deliveries[place], fault.code, fault.column) for place, faults in verdict.faults.items() for fault in faults
    )
    by_rule = {
        (delivery, rule["code"], rule["column"]): rule["refused"]
        for delivery, check in verdict.checks.items()
        for rule in check["rules"]
        if rule["refused"]
    }
    assert by_row == by_rule
    assert {delivery: check["rows"] for delivery, check in verdict.checks.items()} == Counter(deliveries)


def test_the_checks_of_a_delivery_are_its_own_and_hold_no_value():
    verdict = judge(saisines, frame(saisines, {"issue": "durand"}, {}, deliveries=[3, 4]))
    assert (verdict.checks[3]["success"], verdict.checks[4]["success"]) == (False, True)
    assert "durand" not in str(verdict.checks)


faults_of = {
    suite: st.lists(
        st.sampled_from([{}, {}, *(cells for asked, cells, _, _ in REFUSED if asked is suite)]), min_size=1, max_size=40
    )
    for suite in SUITES
}


@pytest.mark.parametrize("suite", SUITES)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_judged_on_distinct_texts_is_judged_as_on_the_rows(suite, monkeypatch, data):
    rows = data.draw(faults_of[suite])
    asked = frame(suite, *rows, deliveries=[number % 3 for number in range(len(rows))])
    verdicts = []
    for repeats in (0, 10**9):  # every column repeats itself; none does
        monkeypatch.setattr(judging, "REPEATS", repeats)
        verdicts.append(judge(suite, asked))
    assert verdicts[0] == verdicts[1]


def test_a_rule_that_cannot_be_asked_stops_everything():
    broken = frame(journal, {}).drop_columns(["qualite"])
    with pytest.raises(RuntimeError, match="not evaluated"):
        judge(journal, broken)


def test_no_row_is_no_verdict_and_loads_nothing():
    code = (
        "import sys, pyarrow; from expectations import judge, journal;"
        "judge.judge(journal, pyarrow.table({'delivery': []}));"
        "print('great_expectations' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_nothing_is_printed_nor_logged(capfd, caplog):
    with caplog.at_level(logging.WARNING):
        judge(journal, frame(journal, {"suite": "x"}))
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_each_rule_says_its_code_its_severity_and_one_french_sentence():
    for suite in SUITES:
        for rule in suite.rules():
            meta = rule.meta
            assert meta["severity"] == "B"
            assert re.fullmatch(r"[A-Z]+_[A-Z]+", meta["code"])
            assert meta["sentence"].endswith(".")
            assert ". " not in meta["sentence"], "sentences are told apart by it"
            assert " : " in meta["sentence"], "it names the column"


def test_pitfall_28_blank_keys_never_match_each_other():
    rows = frame(entretiens, *[{"saisine_ref": None, "saisine_connue": None}] * 2)
    assert isinstance(rows, pa.Table)
    assert [fault.code for faults in judge(entretiens, rows).faults.values() for fault in faults] == [
        "MISSING_VALUE"
    ] * 2
