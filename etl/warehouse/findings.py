"""What the watch asks of the warehouse: counts, days, codes and our own numbers; no name of a file, reference or free text is read."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import text

from etl.warehouse.query import Row, many

if TYPE_CHECKING:
    from sqlalchemy import Connection

# The same bytes that fail at each reading are one refusal, until they are received.
_FAILED = """
SELECT f.kind, f.origin, min(f.delivery_id) AS delivery_id, max(f.received_on) AS received_on
FROM deliveries f
WHERE f.status = 'failed' AND f.received_on >= :since AND NOT EXISTS (
    SELECT FROM deliveries r WHERE r.status = 'received' AND r.sha256 = f.sha256 AND r.origin = f.origin)
GROUP BY f.kind, f.origin, f.sha256 ORDER BY 3"""

_WAITING = """
WITH waiting AS (
    SELECT d.delivery_id, d.kind, d.origin, q.refused_row_id, q.codes
    FROM refused_rows q JOIN deliveries d USING (delivery_id)
    WHERE d.status = 'received'
        AND NOT EXISTS (SELECT FROM refused_row_outcomes o WHERE o.refused_row_id = q.refused_row_id)),
by_code AS (
    SELECT delivery_id, jsonb_object_agg(code, n) AS codes
    FROM (SELECT delivery_id, code, count(*) AS n FROM waiting, unnest(codes) AS code GROUP BY 1, 2) AS c GROUP BY 1)
SELECT w.delivery_id, w.kind, w.origin, count(*) AS row_count, by_code.codes
FROM waiting w JOIN by_code USING (delivery_id) GROUP BY w.delivery_id, w.kind, w.origin, by_code.codes ORDER BY 1"""

# Days without a row between the first and the last day of the journal; what follows its last day is a silence, not a gap.
_GAPS = """
WITH told AS (
    SELECT DISTINCT c.debut_on AS day FROM contacts c JOIN deliveries d USING (delivery_id)
    WHERE d.status = 'received' AND c.debut_on >= :since),
since AS (
    SELECT greatest((SELECT min(day) FROM told), (SELECT max(until_on) FROM statements), :since) AS day),
decided AS (
    SELECT DISTINCT ON (day) day, kind FROM decisions
    WHERE code = 'JOURNAL_GAP' AND day IS NOT NULL ORDER BY day, decision_id DESC)
SELECT g.day::date AS day
FROM generate_series((SELECT day FROM since), (SELECT max(day) FROM told), interval '1 day') AS g (day)
WHERE NOT EXISTS (SELECT FROM told WHERE told.day = g.day)
    AND NOT EXISTS (SELECT FROM decided WHERE decided.day = g.day AND decided.kind = 'accept')
ORDER BY 1"""

_FRESHNESS = """
SELECT kind, max(received_on) AS received_on, max(recorded_at) AS recorded_at, count(*) AS delivery_count,
    sum(rows_accepted) AS accepted_count,
    CASE kind WHEN 'journal' THEN (
        SELECT max(c.debut_on) FROM contacts c JOIN deliveries j USING (delivery_id) WHERE j.status = 'received') END AS until_on
FROM deliveries WHERE status = 'received' GROUP BY kind ORDER BY kind"""

# The last version that each association sent of a fiche; a fiche is known by its first row, so that sending it again is no news.
_IMPOSSIBLE = """
WITH told AS MATERIALIZED (
    SELECT f.association, f.written, min(f.fiche_id) AS fiche_id
    FROM fiches f JOIN deliveries d USING (delivery_id)
    WHERE d.status = 'received' AND f.issue = 'soutien_impossible' GROUP BY f.association, f.written),
last AS (
    SELECT DISTINCT ON (f.association, f.written) f.association, f.written, f.issue
    FROM fiches f JOIN told USING (association, written) JOIN deliveries d USING (delivery_id)
    WHERE d.status = 'received'
    ORDER BY f.association, f.written, f.version DESC, d.received_on DESC, f.fiche_id DESC)
SELECT last.association, told.fiche_id
FROM last JOIN told USING (association, written)
WHERE last.issue = 'soutien_impossible' AND NOT EXISTS (
    SELECT FROM support_outcomes o
    WHERE regexp_replace(o.reference, '[^A-Z0-9]', '', 'g') = regexp_replace(upper(last.written), '[^A-Z0-9]', '', 'g'))
ORDER BY 2"""

_LAST_DRAFTS = """
SELECT DISTINCT ON (convention, quarter) draft_id, convention, quarter, cutoff, status, parked, line_count, total_cents, made_at,
    CASE WHEN made_at >= :since THEN statement END AS statement,
    (SELECT max(draft_event_id) FROM draft_events e WHERE e.draft_id = d.draft_id) AS draft_event_id,
    EXISTS (SELECT FROM statements s WHERE s.kind = 'releve' AND s.convention = d.convention AND s.quarter = d.quarter) AS stated
FROM drafts d
ORDER BY convention, quarter, CASE WHEN status IN ('soumis', 'approuve') THEN 0 ELSE 1 END, draft_id DESC"""


def load_failed(connection: Connection, since: date) -> list[Row]:
    """Files that came from then on, could not be taken in and were not received since."""
    return many(connection, text(_FAILED).bindparams(since=since))


def load_waiting(connection: Connection) -> list[Row]:
    """Of each delivery: how many refused rows wait for a correction, and for which codes."""
    return many(connection, text(_WAITING))


def load_held(connection: Connection) -> list[Row]:
    """Files that were fetched and wait until somebody says whose they are."""
    query = "SELECT held_file_id, kind, received_on FROM held_files WHERE outcome IS NULL ORDER BY 1"
    return many(connection, text(query))


def load_gaps(connection: Connection, since: date) -> list[date]:
    """Days from then on that the journal does not tell of, before its last one, and that nobody accepted."""
    return [row["day"] for row in many(connection, text(_GAPS).bindparams(since=since))]


def load_freshness(connection: Connection) -> list[Row]:
    """Of each kind of delivery: when one last came; of the journal, the last day it tells of (`until_on`)."""
    return many(connection, text(_FRESHNESS))


def load_impossible(connection: Connection) -> list[Row]:
    """The fiches whose last version says that the support is impossible, and of which nobody said yet what became of it."""
    return many(connection, text(_IMPOSSIBLE))


def load_last_drafts(connection: Connection, since: datetime) -> list[Row]:
    """The open draft, else the last one, of each convention and quarter; with its data when made since then."""
    return many(connection, text(_LAST_DRAFTS).bindparams(since=since))


def load_takeover(connection: Connection) -> date | None:
    """The day until which the federation paid by hand, if it was taken over."""
    found: date | None = connection.execute(text("SELECT max(until_on) FROM statements")).scalar()
    return found
