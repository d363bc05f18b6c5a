"""What the engine reads from the warehouse: the core's tables, as of one instant and one cutoff."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from etl.warehouse import arrow
from etl.warehouse.rows import ROWS_PER_DELIVERY

if TYPE_CHECKING:
    import pyarrow as pa

# Rows of deliveries not withdrawn, received up to the cutoff. Failed deliveries left no row.
_SEEN = (
    "JOIN deliveries d ON d.delivery_id = r.delivery_id AND d.status = 'received' AND d.received_on <= DATE '{cutoff}'"
)

QUERIES = {
    "contact": f"""
SELECT r.contact_id, r.id_appel, r.debut_at, r.debut_on, r.debut_time, r.duree_s, r.canal, r.statut, r.numero_appele,
    r.suite, r.reference, r.convention, r.association, r.qualite, r.departement, r.urgence, r.beneficiaire,
    d.received_on, d.sha256, r.row_number
FROM contacts r {_SEEN}""",
    "fiche": f"""
SELECT r.fiche_id, r.delivery_id, r.fiche_group_id, r.sheet, r.row_number, r.layout, r.association, r.written,
    r.version, r.date_saisine, r.convention, r.qualite, r.departement, r.tentatives, r.date_premier_contact, r.issue,
    r.nb_psy, r.nb_jur, r.nb_soc, r.memo_de_vie, r.date_cloture, r.date_signature, d.received_on
FROM fiches r {_SEEN}""",
    "session": f"""
SELECT r.session_id, r.delivery_id, r.fiche_group_id, r.row_number, r.day, r.heure, r.nature, r.mode, r.statut
FROM sessions r {_SEEN}""",
    "association": "SELECT code, nom, departement, active_du, active_au, successeur FROM associations",
    "decision": """
SELECT decision_id, kind, reference, association, code, written, convention, qualite, new_association, day, author,
    reason
FROM decisions""",
    "decision_basis": "SELECT decision_id, association, acts FROM decision_bases",
    "stated": """
SELECT l.convention, l.reference, l.association, l.prestation, l.act_date, l.nth, l.amount_cents, l.taken_back,
    l.undated, l.qualite, s.number AS statement_number, s.statement_id AS statement_order
FROM statement_lines l JOIN statements s USING (statement_id)""",
    "takeover": """SELECT convention, until_on AS "until" FROM statements WHERE kind = 'reprise'""",
    "carried": """
SELECT s.convention, p.payee, p.carried_out_cents AS amount_cents
FROM (SELECT convention, max(statement_id) AS statement_id FROM statements WHERE kind = 'releve' GROUP BY convention) s
JOIN statement_payees p USING (statement_id)
LEFT JOIN receivables r ON r.statement_id = p.statement_id AND r.payee = p.payee
WHERE p.carried_out_cents <> 0 AND r.settled_at IS NULL""",
}

# As `_SEEN`, of some deliveries: whose rows are a range of the primary key (etl/warehouse/rows.py).
_OF_THESE = """
{query} AND d.delivery_id IN ({deliveries})
    AND r.{name}_id >= d.delivery_id * {each}::bigint AND r.{name}_id < (d.delivery_id + 1) * {each}::bigint"""
RECEIVED = ("contact", "fiche", "session")
SEEN = "SELECT delivery_id FROM deliveries WHERE status = 'received' AND received_on <= DATE '{cutoff}'"


def load_since(url: str, cutoff: date, known: set[int]) -> tuple[dict[str, pa.Table], set[int]]:
    """Of what is received, only what other deliveries than these brought; all else but what is stated, whole.

    Args:
        url: the warehouse's address.
        cutoff: deliveries received after this day are not seen.
        known: deliveries whose rows are there already.

    Returns:
        The tables, and those of the deliveries known that are no longer seen.
    """
    with arrow.snapshot(url) as connection:
        seen = set(arrow.read(connection, SEEN.format(cutoff=cutoff.isoformat())).column("delivery_id").to_pylist())
        asked = {"deliveries": ", ".join(map(str, sorted(seen - known))) or "NULL", "each": ROWS_PER_DELIVERY}
        queries = {
            name: _OF_THESE.format(query=query, name=name, **asked) if name in RECEIVED else query
            for name, query in QUERIES.items()
            if name != "stated"
        }
        made = {
            name: arrow.read(connection, query.format(cutoff=cutoff.isoformat())) for name, query in queries.items()
        }
        return made, known - seen


def load_inputs(url: str, cutoff: date, names: Iterable[str] = QUERIES) -> dict[str, pa.Table]:
    """Read the engine's tables that live in the warehouse, under the core's names and columns.

    Conventions are not here: their text is given by `etl.warehouse.reference.load_convention_files`.

    Args:
        url: the warehouse's address (`etl.warehouse.server.address_of(engine)`).
        cutoff: deliveries received after this day are not seen; decisions and statements always are.
        names: those that are wanted.
    """
    with arrow.snapshot(url) as connection:
        return {name: arrow.read(connection, QUERIES[name].format(cutoff=cutoff.isoformat())) for name in names}
