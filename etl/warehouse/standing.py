"""Where things stand, for `saisines status`: sizes, statements, envelopes, the last backup. Counts and codes only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from etl.warehouse.query import Row, first, many

if TYPE_CHECKING:
    from sqlalchemy import Connection

_RECEIVED = """
SELECT pg_database_size(current_database()) AS database_bytes,
    (SELECT coalesce(sum(size_bytes), 0)::bigint FROM deliveries WHERE landed IS NOT NULL) AS landed_bytes,
    (SELECT min(recorded_at) FROM deliveries) AS first_at,
    (SELECT max(happened_at) FROM audit WHERE action = 'backup') AS backup_at,
    (SELECT count(*) FROM held_files WHERE outcome IS NULL) AS held_count"""

_STATED = """
SELECT convention, extract(year FROM act_date)::int AS year, sum(amount_cents)::bigint AS stated_cents
FROM statement_lines GROUP BY 1, 2 ORDER BY 1, 2"""

_REACHED = """
SELECT DISTINCT ON (1, 2) detail ->> 'convention' AS convention, (detail ->> 'year')::int AS year, (detail ->> 'percent')::int AS percent
FROM notices WHERE kind = 'ENVELOPE' ORDER BY 1, 2, 3 DESC"""

_PULLED = "SELECT source, pulled_at FROM source_positions ORDER BY source"


def load_standing(connection: Connection) -> Row:
    """Sizes in bytes, when the first delivery and the last backup were, how many fetched files wait to be attributed."""
    return first(connection, text(_RECEIVED)) or {}


def load_stated(connection: Connection) -> list[Row]:
    """What finalised statements and take-overs hold, by convention and civil year of the acts, in cents."""
    return many(connection, text(_STATED))


def load_reached(connection: Connection) -> list[Row]:
    """The highest threshold that was told of each envelope, in percent."""
    return many(connection, text(_REACHED))


def load_pulled(connection: Connection) -> list[Row]:
    """When each source that pulls was last read to its end."""
    return many(connection, text(_PULLED))
