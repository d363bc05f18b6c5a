"""What the story of one saisine asks of the warehouse beside the engine's tables: whence each row came, what was stated.

No column that could name a person is read: neither pseudonyms nor telephone numbers.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import text

from etl.warehouse.query import Row, many
from etl.warehouse.rows import ROWS_PER_DELIVERY

if TYPE_CHECKING:
    from sqlalchemy import Connection

_COMPACT = "regexp_replace(upper({column}), '[^A-Z0-9]', '', 'g')"
_FROM = "d.file_name, d.status, d.received_on, d.received_how, d.withdrawn_on, d.withdrawn_by, d.withdrawn_reason"
_DELIVERY = """(SELECT delivery_id, origin, file_name, status, received_on, received_how, sha256, withdrawn_by, withdrawn_reason,
    (withdrawn_at AT TIME ZONE 'Europe/Paris')::date AS withdrawn_on FROM deliveries) d"""

# A version of a call is replaced by the one received last, as the engine has it (sql/reconcile/03).
_CONTACTS = f"""
WITH mine AS MATERIALIZED (
    SELECT contact_id, delivery_id, row_number, id_appel, debut_at, debut_on, debut_time, canal, statut, suite, reference,
        convention, association, qualite, departement, urgence
    FROM contacts WHERE reference = :reference),
last AS MATERIALIZED (
    SELECT DISTINCT ON (o.id_appel) o.id_appel, o.contact_id
    FROM contacts o JOIN deliveries e USING (delivery_id)
    WHERE o.id_appel = ANY(ARRAY(SELECT id_appel FROM mine)) AND e.status = 'received' AND e.received_on <= :cutoff
    ORDER BY o.id_appel, e.received_on DESC, e.sha256 DESC, o.row_number DESC)
SELECT r.delivery_id, r.row_number, r.id_appel, r.debut_on, r.debut_time, r.canal, r.statut, r.suite, r.reference,
    r.convention, r.association, r.qualite, r.departement, r.urgence, {_FROM},
    d.status = 'received' AND r.contact_id <> last.contact_id AS replaced
FROM mine r JOIN {_DELIVERY} USING (delivery_id) LEFT JOIN last ON last.id_appel = r.id_appel
WHERE d.received_on <= :cutoff
ORDER BY r.debut_at, r.id_appel, d.received_on, r.delivery_id, r.row_number"""

_FICHES = f"""
SELECT r.fiche_id, r.delivery_id, r.fiche_group_id, r.sheet, r.row_number, r.layout, r.association, r.written,
    r.version, r.date_saisine, r.convention, r.qualite, r.departement, r.tentatives, r.date_premier_contact, r.issue,
    r.nb_psy, r.nb_jur, r.nb_soc, r.memo_de_vie, r.date_cloture, r.date_signature, {_FROM}
FROM fiches r JOIN {_DELIVERY} USING (delivery_id)
WHERE {_COMPACT.format(column="r.written")} = ANY(:writings) AND d.received_on <= :cutoff
ORDER BY d.received_on, r.delivery_id, r.row_number"""

# The sessions of a group came with its delivery, whose rows are a range of the primary key.
# "OFFSET 0" keeps the range of keys to itself: joined, PostgreSQL may read all sessions instead.
_SESSIONS = f"""
SELECT fiche_group_id, row_number, day, heure, nature, mode, statut
FROM unnest(CAST(:groups AS bigint[])) AS fiche_group(id), LATERAL (
    SELECT * FROM sessions WHERE session_id >= id - id % {ROWS_PER_DELIVERY}
        AND session_id < id - id % {ROWS_PER_DELIVERY} + {ROWS_PER_DELIVERY} OFFSET 0) AS told
WHERE fiche_group_id = id
ORDER BY day, heure NULLS FIRST, row_number"""

_REFUSED = f"""
SELECT q.refused_row_id, q.delivery_id, q.kind, q.sheet, q.row_number, q.codes, q.sentence, o.outcome,
    o.delivery_id AS outcome_delivery_id, d.origin, {_FROM}
FROM refused_rows q
JOIN {_DELIVERY} USING (delivery_id)
LEFT JOIN refused_row_outcomes o USING (refused_row_id)
WHERE {_COMPACT.format(column="q.columns ->> 'saisine_ref'")} = ANY(:writings) AND d.received_on <= :cutoff
ORDER BY q.refused_row_id"""

_LINES = """
SELECT s.number, s.kind AS statement_kind, s.quarter, s.finalised_on, s.finalised_by, s.convention, l.line_no,
    l.association, l.prestation, l.act_date, l.nth, l.kind, l.base_cents, l.uplift_pct, l.amount_cents, l.tariff,
    l.corrects, l.taken_back
FROM statement_lines l JOIN statements s USING (statement_id)
WHERE l.reference = :reference ORDER BY s.statement_id, l.line_no"""

_NOT_PAID = """
SELECT s.number, s.quarter, s.finalised_on, s.convention, n.association, n.prestation, n.act_date, n.nth, n.reason
FROM statement_not_paid n JOIN statements s USING (statement_id)
WHERE n.reference = :reference ORDER BY s.statement_id, n.line_no"""

_KNOWN = """
SELECT reference FROM (
    SELECT r.reference FROM contacts r JOIN deliveries d USING (delivery_id) WHERE d.status = 'received'
    UNION SELECT reference FROM decisions WHERE kind = 'register_saisine'
    UNION SELECT l.reference FROM statements JOIN statement_lines l USING (statement_id)) AS known
WHERE reference = ANY(:references) ORDER BY reference"""


def load_known(connection: Connection, references: Collection[str]) -> list[str]:
    """Of these references, those that the journal, a decision or a statement knows, in order."""
    return [row["reference"] for row in many(connection, text(_KNOWN).bindparams(references=list(references)))]


def load_contacts(connection: Connection, reference: str, cutoff: object) -> list[Row]:
    """The journal's rows on a reference, with their delivery; `replaced` when a later one of the same call counts."""
    return many(connection, text(_CONTACTS).bindparams(reference=reference, cutoff=cutoff))


def load_fiches(connection: Connection, writings: Collection[str], cutoff: object) -> list[Row]:
    """The fiches that write one of these references (compact: letters and digits), with their delivery."""
    return many(connection, text(_FICHES).bindparams(writings=list(writings), cutoff=cutoff))


def load_sessions(connection: Connection, groups: Collection[int]) -> list[Row]:
    """The sessions of some fiches, by `fiche_group_id`, in order of date, hour and row."""
    return many(connection, text(_SESSIONS).bindparams(groups=list(groups)))


def load_refused(connection: Connection, writings: Collection[str], cutoff: object) -> list[Row]:
    """The refused rows that write one of these references (compact), with their delivery and what became of them."""
    return many(connection, text(_REFUSED).bindparams(writings=list(writings), cutoff=cutoff))


def load_stated_lines(connection: Connection, reference: str) -> list[Row]:
    """The lines of finalised statements and take-overs on a reference, in order."""
    return many(connection, text(_LINES).bindparams(reference=reference))


def load_stated_not_paid(connection: Connection, reference: str) -> list[Row]:
    """The acts on a reference that finalised statements list as not paid, in order."""
    return many(connection, text(_NOT_PAID).bindparams(reference=reference))
