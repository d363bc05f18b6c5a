"""When the tests of ingestion happen, and the key of their pseudonyms."""

from datetime import UTC, datetime

AT = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)
SECRET = b"a secret of the tests"
