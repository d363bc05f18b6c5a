"""When the tests of ingestion happen, and the key of their pseudonyms."""

from datetime import UTC, datetime

AT = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)
SECRET = b"a secret of the tests"

# What a delivery announced and what of it is stored: a copy of a call is counted as a duplicate and kept all the same.
UNEXPLAINED = """
SELECT delivery_id FROM delivery_totals t
LEFT JOIN (SELECT delivery_id, count(*) AS stored FROM (
    SELECT delivery_id FROM contacts UNION ALL SELECT delivery_id FROM fiches UNION ALL SELECT delivery_id FROM sessions
) AS kept GROUP BY delivery_id) AS kept USING (delivery_id)
WHERE rows_unexplained <> 0 OR rows_accepted + rows_duplicate <> coalesce(stored, 0)"""
