"""Everything that the warehouse holds about a person, found by saisines, by pseudonym and by the fiches that answer them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from etl.warehouse.query import Row, many

if TYPE_CHECKING:
    from sqlalchemy import Connection

# By table. No pseudonym is shown: it is ours, says nothing to anybody, and could be compared with another file.
_HELD = {
    "contacts": """
SELECT c.id_appel, c.debut_on, c.debut_time, c.duree_s, c.canal, c.statut, c.numero_appele, c.suite, c.reference, c.convention,
    c.association, c.qualite, c.departement, c.urgence, c.beneficiaire IS NOT NULL AS pseudonyme, d.received_on AS recu_le, d.status
FROM contacts c JOIN deliveries d USING (delivery_id)
WHERE c.reference = ANY(:references) OR c.beneficiaire = ANY(:people) ORDER BY c.debut_at, c.contact_id""",
    "fiches": """
SELECT f.written, f.association, f.version, f.date_saisine, f.convention, f.qualite, f.departement, f.tentatives, f.date_premier_contact,
    f.issue, f.nb_psy, f.nb_jur, f.nb_soc, f.memo_de_vie, f.date_cloture, f.date_signature, d.received_on AS recu_le, d.status
FROM fiches f JOIN deliveries d USING (delivery_id) WHERE f.fiche_id = ANY(:fiches) ORDER BY f.fiche_id""",
    "sessions": """
SELECT s.day, s.heure, s.nature, s.mode, s.statut, d.received_on AS recu_le
FROM sessions s JOIN deliveries d USING (delivery_id)
WHERE s.fiche_group_id IN (SELECT fiche_group_id FROM fiches WHERE fiche_id = ANY(:fiches)) ORDER BY s.session_id""",
    "refused_rows": """
SELECT r.kind, r.sheet, r.row_number, r.columns, r.codes, r.sentence, r.recorded_at FROM refused_rows r
WHERE r.row_key = ANY(:written) OR r.columns ->> 'saisine_ref' = ANY(:written) ORDER BY r.refused_row_id""",
    "decisions": """
SELECT kind, reference, association, code, written, convention, qualite, new_association, day, author, reason, decided_at
FROM decisions WHERE reference = ANY(:references) ORDER BY decision_id""",
    "decision_bases": """
SELECT b.association, b.acts FROM decision_bases b JOIN decisions USING (decision_id)
WHERE reference = ANY(:references) ORDER BY b.decision_basis_id""",
    "statement_lines": """
SELECT s.number, l.reference, l.association, l.prestation, l.act_date, l.nth, l.kind, l.amount_cents, l.tariff, l.qualite
FROM statement_lines l JOIN statements s USING (statement_id) WHERE l.reference = ANY(:references) ORDER BY l.statement_id, l.line_no""",
    "statement_not_paid": """
SELECT s.number, n.reference, n.association, n.prestation, n.act_date, n.nth, n.reason
FROM statement_not_paid n JOIN statements s USING (statement_id) WHERE n.reference = ANY(:references) ORDER BY n.statement_id, n.line_no""",
    "support_outcomes": """
SELECT reference, outcome, reason, by_name, recorded_at FROM support_outcomes
WHERE reference = ANY(:references) ORDER BY support_outcome_id""",
    "readings": """
SELECT read_at, by_name, reference, how FROM readings WHERE reference = ANY(:references) ORDER BY reading_id""",
}
_FILES = """
SELECT d.delivery_id, d.kind, d.origin, d.received_on, d.landed IS NOT NULL AS garde FROM deliveries d
WHERE d.delivery_id IN (SELECT delivery_id FROM contacts WHERE reference = ANY(:references) OR beneficiaire = ANY(:people))
    OR d.delivery_id IN (SELECT delivery_id FROM fiches WHERE fiche_id = ANY(:fiches))
    OR d.delivery_id IN (SELECT delivery_id FROM refused_rows WHERE row_key = ANY(:written))
ORDER BY d.delivery_id"""
TABLES = tuple(_HELD)


@dataclass(frozen=True)
class Subject:
    """What leads to a person.

    Attributes:
        references: of the saisines.
        people: pseudonyms.
        fiches: keys of the fiches that answer the saisines.
        written: the references as the fiches write them, and as they are.
    """

    references: Collection[str]
    people: Collection[str]
    fiches: Collection[int]
    written: Collection[str]

    def asked(self) -> dict[str, list[Any]]:
        """As parameters of a query."""
        return {name: list(value) for name, value in vars(self).items()}


def load_references(connection: Connection, pseudonym: str) -> list[str]:
    """The saisines of a person."""
    query = "SELECT DISTINCT reference FROM contacts WHERE beneficiaire = :one AND reference IS NOT NULL ORDER BY 1"
    return list(connection.execute(text(query), {"one": pseudonym}).scalars())


def load_pseudonyms(connection: Connection, references: Collection[str]) -> list[str]:
    """The people of some saisines."""
    query = "SELECT DISTINCT beneficiaire FROM contacts WHERE reference = ANY(:all) AND beneficiaire <> '' ORDER BY 1"
    return list(connection.execute(text(query), {"all": list(references)}).scalars())


def load_held(connection: Connection, subject: Subject) -> dict[str, list[Row]]:
    """What each table holds of a person."""
    return {name: many(connection, text(query).bindparams(**_only(query, subject))) for name, query in _HELD.items()}


def load_files(connection: Connection, subject: Subject) -> list[Row]:
    """The deliveries that hold a row of a person, and whether their file is still there."""
    return many(connection, text(_FILES).bindparams(**subject.asked()))


def forget_refused(connection: Connection, subject: Subject) -> int:
    """Delete the refused rows of a person; gives their number. The purge must be allowed."""
    found = "SELECT refused_row_id FROM refused_rows WHERE row_key = ANY(:written) OR columns ->> 'saisine_ref' = ANY(:written)"
    asked = {"written": list(subject.written)}
    connection.execute(text(f"DELETE FROM refused_row_outcomes WHERE refused_row_id IN ({found})"), asked)
    done = connection.execute(text(f"DELETE FROM refused_rows WHERE refused_row_id IN ({found})"), asked)
    return int(done.rowcount)


def _only(query: str, subject: Subject) -> dict[str, list[Any]]:
    return {name: value for name, value in subject.asked().items() if f":{name})" in query}
