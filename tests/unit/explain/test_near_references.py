"""Which references somebody may have meant."""

from etl.jobs.matching.near_references import near
from etl.jobs.story.sources import _repair
from etl.model.reference import compact, make

RIGHT = make(2026, 123)
TEXT = compact(RIGHT)


def test_each_single_slip_leads_back_to_the_reference():
    slips = [
        TEXT[:5] + "7" + TEXT[6:],
        TEXT[:4] + TEXT[5:],
        TEXT[:4] + "9" + TEXT[4:],
        TEXT[:8] + TEXT[9] + TEXT[8] + TEXT[10],
    ]
    slips += [TEXT[2:], f"FV26123{TEXT[-1]}", TEXT.replace("0", "O")]
    assert [slip for slip in slips if TEXT not in near(slip)] == []


def test_the_reference_itself_and_what_is_far_are_not_proposed():
    assert TEXT not in near(RIGHT)
    assert near("") == near("bonjour à tous") == []


def test_the_repair_is_named():
    assert _repair(TEXT.replace("0", "O"), TEXT) == "letters"
    assert _repair(TEXT[:8] + TEXT[9] + TEXT[8] + TEXT[10], TEXT) == "exchange"
    assert _repair(TEXT[:-1] + "?", TEXT) == "substitution"
    assert _repair(TEXT + "1", TEXT) == "insertion"
    assert _repair(f"26123{TEXT[-1]}", TEXT) == "completed"
    assert _repair(TEXT[:9] + TEXT[10:], TEXT) == "deletion"
