"""The referent psychologist notes what becomes of a support that an association cannot give."""

from datetime import UTC, datetime

import pytest

from etl.jobs.matching import support
from etl.model.errors import SaisinesError
from etl.warehouse.supports import load_support_outcomes

AT = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)


def test_outcomes_are_kept_in_order_and_signed(home, connection):
    support.run(home, "fv26000123w", "en_cours", "deux appels", "paule", "test", AT)
    support.run(home, "FV26-000123-W", "association", "relais pris", "paule", "test", AT)
    rows = load_support_outcomes(connection, "FV26-000123-W")
    assert [(row["outcome"], row["reason"], row["by_name"]) for row in rows] == [
        ("en_cours", "deux appels", "paule"),
        ("association", "relais pris", "paule"),
    ]


@pytest.mark.parametrize(
    ("reference", "outcome", "reason"),
    [("FV26-000123-X", "renonce", "vu"), ("FV26-000123-W", "autre", "vu"), ("FV26-000123-W", "renonce", " ")],
)
def test_what_names_no_saisine_no_outcome_or_no_reason_is_refused(home, connection, reference, outcome, reason):
    with pytest.raises(SaisinesError):
        support.run(home, reference, outcome, reason, "paule", "test", AT)
    assert load_support_outcomes(connection) == []
