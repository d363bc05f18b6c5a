"""Amounts written out, and the details of discrepancies."""

from etl.jobs.story.money import uplifts
from etl.jobs.story.money_told import arithmetic
from etl.jobs.story.words import detail_name

OWN = {"convention": "CALAE", "valid_from": 1, "prestation": "PSY"}
LINE = OWN | {"undated": False, "mode": "telephone", "qualite": "elu", "is_urgent": False, "is_overseas": True}
KNOWN = [
    OWN | {"code": "OM", "pct_e4": 150_000, "kind": "outre_mer", "value": None},
    OWN | {"code": "URG", "pct_e4": 500_000, "kind": "urgence", "value": None},
    OWN | {"code": "TEL", "pct_e4": -200_000, "kind": "mode", "value": "telephone"},
    OWN | {"code": "VIS", "pct_e4": -100_000, "kind": "mode", "value": "visio"},
]


def plain(text):
    return text.replace("\u202f", " ")


def test_the_uplifts_that_apply_are_named_one_by_one():
    assert [row["code"] for row in uplifts(KNOWN, LINE)] == ["OM", "TEL"]


def test_an_undated_session_has_the_lowest_mode_alone():
    assert [row["code"] for row in uplifts(KNOWN, LINE | {"undated": True, "mode": None})] == ["OM", "TEL"]


def test_a_product_that_is_no_whole_cent_is_shown_before_it_is_rounded():
    named = uplifts(KNOWN, LINE)
    money = {"rank": 2, "base_cents": 5505, "pct_e4": -50_000, "price_cents": 5230, "uplifts": named}
    told = plain(arithmetic({"prestation": "PSY"}, money))
    assert told == (
        "55,05 € (2e entretien psychologique de la saisine) × (100 + 15 − 20) % = 52,2975 €, arrondi à 52,30 €"
        " ; OM +15 % (outre-mer), TEL −20 % (par téléphone)"
    )


def test_a_price_without_uplift_says_so():
    assert plain(arithmetic({"prestation": "PEC"}, {"base_cents": 9000, "uplifts": []})) == "90,00 €, sans majoration"


def test_details_are_read_by_people():
    assert detail_name("SESSION_COUNT_MISMATCH", "PSY 4 / 3") == "PSY : 4 déclarés, 3 datés"
    assert detail_name("CONTACT_LATE", "2026-03-11") == "11/03/2026"
    assert detail_name("QUALITE_MISMATCH", "elu") == "élu"
