"""The difference of two sets of drafts."""

from etl.jobs.settlement.simulate_told import as_csv, told
from etl.jobs.settlement.simulated import difference

ACT = {"saisine": "FV26-000123-W", "association": "AAV001", "prestation": "PSY", "act_date": "2026-02-03", "nth": 1}
BARE = {"cutoff": "2026-04-15", "lines": [], "not_paid": [], "discrepancies": [], "parked": []}
KEY = ("2026-T1", "CALAE")


def drafted(**parts):
    return {KEY: BARE | parts}


def test_the_same_drafts_have_no_difference():
    same = drafted(lines=[ACT | {"amount_cents": 5500}])
    made = difference(same, same, ["2026-T1"])
    assert made["difference_cents"] == 0
    assert made["lines"] == made["associations"] == made["discrepancies"] == []


def test_a_line_cut_by_a_cap_shows_both_amounts_and_the_reason():
    after = drafted(lines=[ACT | {"amount_cents": 500}], not_paid=[ACT | {"reason": "CAP_AMOUNT"}])
    made = difference(drafted(lines=[ACT | {"amount_cents": 5500}]), after, ["2026-T1"])
    [line] = made["lines"]
    assert (line["before_cents"], line["after_cents"], line["difference_cents"]) == (5500, 500, -5000)
    assert line["reasons_after"] == ["CAP_AMOUNT"]
    assert made["associations"][0]["difference_cents"] == made["difference_cents"] == -5000


def test_no_line_and_a_line_at_zero_are_not_the_same():
    made = difference(drafted(), drafted(lines=[ACT | {"amount_cents": 0}]), ["2026-T1"])
    assert [(line["before_cents"], line["after_cents"]) for line in made["lines"]] == [(None, 0)]


def test_a_convention_that_one_side_lacks_counts_as_nothing():
    made = difference({}, drafted(lines=[ACT | {"amount_cents": 5500}]), ["2026-T1"])
    assert (made["before_cents"], made["after_cents"]) == (0, 5500)


def test_the_file_for_a_spreadsheet_has_its_mark_and_commas():
    made = difference(drafted(), drafted(lines=[ACT | {"amount_cents": 123450}]), ["2026-T1"]) | {"fresh": False}
    text = as_csv(made).decode("utf-8-sig")
    assert as_csv(made).startswith(b"\xef\xbb\xbf")
    assert text.splitlines()[1] == "2026-T1;CALAE;AAV001;FV26-000123-W;PSY;03/02/2026;1;;1234,50;1234,50;;"
    assert any("FV26-000123-W" in line for line in told(made))
    assert told({}) == []
