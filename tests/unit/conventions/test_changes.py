import pytest

from etl.jobs.settlement.conventions import check, difference, refusals
from etl.model.convention_file import fingerprint
from etl.model.quarter import Quarter

from .files import COMMON, OWN, a_set, contents

T1 = {"ESSAI": Quarter(2026, 1)}
AMENDMENT = '  - du: {day}\n    reference: avenant 2\n{mark}    prestations:\n      SOC: {{montant: "10.00"}}\n'
MARK = "    retroactif: oui\n"


def amended(day, mark=""):
    return a_set(OWN + AMENDMENT.format(day=day, mark=mark))


def test_a_folder_is_checked(tmp_path):
    for name, content in contents(OWN.replace('"55.00"', "55.00")).items():
        (tmp_path / name).write_bytes(content)
    assert len(check(tmp_path)) == 1
    (tmp_path / "essai.yaml").write_text(OWN, encoding="utf-8")
    assert check(tmp_path) == []


def test_layout_comments_and_order_of_keys_change_neither_fingerprint_nor_difference():
    reordered = "# vu par la finance\npriorite: 10\n" + OWN.replace("priorite: 10\n", "").replace(
        "{nature: aide, mention", "{nature: aide,   mention"
    )
    assert fingerprint(reordered.encode()) == fingerprint(OWN.encode())
    assert difference(a_set(), a_set(reordered)) == []


@pytest.mark.parametrize(
    ("right", "changed"), [('"55.00"', '"55.01"'), ("au: 2026-12-31", "au: null"), ("priorite: 10", "priorite: 11")]
)
def test_any_change_of_meaning_changes_the_fingerprint(right, changed):
    assert fingerprint(OWN.replace(right, changed).encode()) != fingerprint(OWN.encode())


def test_a_quoted_amount_and_a_number_have_different_fingerprints():
    assert fingerprint(b"a: 55.00") == fingerprint(b"a:  55.00")
    assert fingerprint(b'a: "2026"') != fingerprint(b"a: 2026")


def test_the_difference_is_told_key_by_key():
    after = a_set(
        OWN.replace('"55.00"', '"57.00"').replace(", suite_mois: 6", ", suite_mois: 3"),
        COMMON.replace('"92.50"', '"93.00"'),
    )
    assert difference(a_set(), after) == [
        "ESSAI › periode › suite_mois : 6 → 3",
        "ESSAI › versions › 2024-01-01 › prestations › PSY › montant : 55.00 → 57.00",
        "commun › versions › 2026-02-15 › prestations › PEC › montant : 92.50 → 93.00",
    ]


def test_a_version_added_shows_only_itself():
    assert difference(a_set(), amended("2025-06-01")) == [
        "ESSAI › versions › 2025-06-01 › du : (rien) → 2025-06-01",
        "ESSAI › versions › 2025-06-01 › prestations › SOC › montant : (rien) → 10.00",
        "ESSAI › versions › 2025-06-01 › reference : (rien) → avenant 2",
    ]


def test_a_first_set_is_all_new_and_a_convention_removed_is_told():
    assert "ESSAI › code : (rien) → ESSAI" in difference(None, a_set())
    two = a_set(autre=OWN.replace("ESSAI", "AUTRE").replace("55 10", "55 11"))
    assert "AUTRE › code : AUTRE → (rien)" in difference(two, a_set())


@pytest.mark.parametrize(
    ("day", "mark", "refused"),
    [
        ("2026-03-31", "", True),
        ("2025-01-01", "", True),
        ("2026-04-01", "", False),
        ("2026-03-31", MARK, False),
        ("2026-03-31", "    retroactif: non\n", True),
    ],
)
def test_pitfall_15_an_amendment_into_finalised_quarters_must_say_so(day, mark, refused):
    found = refusals(a_set(), amended(day, mark), T1)
    assert bool(found) == refused
    assert all(line.startswith("essai.yaml, ligne 28") and "retroactif: oui" in line for line in found)


def test_without_a_finalised_quarter_any_amendment_passes():
    assert refusals(a_set(), amended("2025-01-01"), {}) == []
    assert refusals(a_set(), amended("2025-01-01"), {"AUTRE": Quarter(2026, 1)}) == []


def test_a_version_that_does_not_change_needs_no_mark():
    assert refusals(a_set(), a_set(OWN.replace("priorite: 10", "priorite: 11")), T1) == []
    assert refusals(amended("2026-03-31"), amended("2026-03-31", MARK), T1) == []


def test_an_old_price_changed_in_place_must_say_so():
    assert len(refusals(a_set(), a_set(OWN.replace('"55.00"', '"57.00"')), T1)) == 1


def test_the_common_schedule_is_bound_by_the_last_quarter_of_any_convention():
    after = a_set(common=COMMON.replace('"92.50"', '"93.00"'))
    assert [line.split(",")[0] for line in refusals(a_set(), after, T1)] == ["commun.yaml"]
    assert refusals(a_set(), after, {"ESSAI": Quarter(2025, 4)}) == []


def test_what_was_in_force_cannot_be_taken_away():
    assert "remettre" in refusals(amended("2026-03-31", MARK), a_set(), T1)[0]
    two = a_set(autre=OWN.replace("ESSAI", "AUTRE").replace("55 10", "55 11"))
    assert "autre.yaml" in refusals(two, a_set(), {"AUTRE": Quarter(2026, 1)})[0]
