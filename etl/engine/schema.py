"""The tables that the engine takes in: their columns and types, in one place.

Identifiers are text, days are dates, money is integer cents. `parameters` has one row. See `contract/rules.md` for what each means.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

TEXT, DAY, INT, BOOL, INSTANT, SHARE = (
    pa.string(),
    pa.date32(),
    pa.int64(),
    pa.bool_(),
    pa.timestamp("us"),
    pa.float64(),
)

SQL_TYPES = {
    TEXT: "varchar", DAY: "date", INT: "bigint", BOOL: "boolean", INSTANT: "timestamp", SHARE: "double",
}  # fmt: skip

_COLUMNS: dict[str, dict[str, pa.DataType]] = {
    "contact": {
        "contact_id": INT,
        "id_appel": TEXT,
        "debut_at": INSTANT,
        "debut_on": DAY,
        "debut_time": TEXT,
        "duree_s": INT,
        "canal": TEXT,
        "statut": TEXT,
        "numero_appele": TEXT,
        "suite": TEXT,
        "reference": TEXT,
        "convention": TEXT,
        "association": TEXT,
        "qualite": TEXT,
        "departement": TEXT,
        "urgence": BOOL,
        "beneficiaire": TEXT,
        "received_on": DAY,
        "sha256": TEXT,
        "row_number": INT,
    },
    "fiche": {
        "fiche_id": INT,
        "delivery_id": INT,
        "fiche_group_id": INT,
        "sheet": TEXT,
        "row_number": INT,
        "layout": TEXT,
        "association": TEXT,
        "written": TEXT,
        "version": INT,
        "date_saisine": DAY,
        "convention": TEXT,
        "qualite": TEXT,
        "departement": TEXT,
        "tentatives": INT,
        "date_premier_contact": DAY,
        "issue": TEXT,
        "nb_psy": INT,
        "nb_jur": INT,
        "nb_soc": INT,
        "memo_de_vie": BOOL,
        "date_cloture": DAY,
        "date_signature": DAY,
        "received_on": DAY,
    },
    "session": {
        "session_id": INT,
        "delivery_id": INT,
        "fiche_group_id": INT,
        "row_number": INT,
        "day": DAY,
        "heure": TEXT,
        "nature": TEXT,
        "mode": TEXT,
        "statut": TEXT,
    },
    "association": {
        "code": TEXT,
        "nom": TEXT,
        "departement": TEXT,
        "active_du": DAY,
        "active_au": DAY,
        "successeur": TEXT,
    },
    "convention": {"code": TEXT, "priorite": INT, "du": DAY, "au": DAY, "runoff_until": DAY},
    "convention_line": {"convention": TEXT, "numero": TEXT, "du": DAY, "au": DAY, "de": TEXT, "a": TEXT},
    "tariff": {
        "convention": TEXT,
        "valid_from": DAY,
        "valid_to": DAY,
        "clause": TEXT,
        "arrete_jours": INT,
        "premier_contact_jours": INT,
        "forclusion_mois": INT,
        "tentatives_min": INT,
        "plafond_saisine_cents": INT,
    },
    "tariff_beneficiary": {"convention": TEXT, "valid_from": DAY, "qualite": TEXT},
    "tariff_price": {
        "convention": TEXT,
        "valid_from": DAY,
        "prestation": TEXT,
        "rank_from": INT,
        "rank_to": INT,
        "amount_cents": INT,
        "cap_count": INT,
        "cap_per": TEXT,
        "clause": TEXT,
    },
    "tariff_uplift": {
        "convention": TEXT,
        "valid_from": DAY,
        "code": TEXT,
        "pct_e4": INT,
        "kind": TEXT,
        "value": TEXT,
        "prestation": TEXT,
    },
    "envelope": {"convention": TEXT, "year": INT, "amount_cents": INT, "closes_on": DAY},
    "decision": {
        "decision_id": INT,
        "kind": TEXT,
        "reference": TEXT,
        "association": TEXT,
        "code": TEXT,
        "written": TEXT,
        "convention": TEXT,
        "qualite": TEXT,
        "new_association": TEXT,
        "day": DAY,
    },
    "decision_basis": {"decision_id": INT, "association": TEXT, "acts": TEXT},
    "stated": {
        "convention": TEXT,
        "reference": TEXT,
        "association": TEXT,
        "prestation": TEXT,
        "act_date": DAY,
        "nth": INT,
        "amount_cents": INT,
        "taken_back": BOOL,
        "undated": BOOL,
        "qualite": TEXT,
        "statement_number": TEXT,
        "statement_order": INT,
    },
    "takeover": {"convention": TEXT, "until": DAY},
    "carried": {"convention": TEXT, "payee": TEXT, "amount_cents": INT},
    "statement_payee": {
        "statement_id": INT,
        "payee": TEXT,
        "total_cents": INT,
        "carried_in_cents": INT,
        "payable_cents": INT,
        "carried_out_cents": INT,
        "state": TEXT,
    },
    "payment_batch": {"batch_id": INT, "statement_id": INT, "total_cents": INT, "item_count": INT},
    "payment_item": {"batch_id": INT, "statement_id": INT, "payee": TEXT, "amount_cents": INT, "state": TEXT},
    "holiday": {"departement": TEXT, "day": DAY},
    "payee_check": {"association": TEXT, "code": TEXT, "detail": TEXT},
    "weight": {
        "evidence": TEXT,
        "level": TEXT,
        "m": SHARE,
        "u": SHARE,
        "agrees": BOOL,
        "enough": INT,
        "worth": INT,
        "block_worth": INT,
    },
    "parameters": {"quarter": TEXT, "quarter_start": DAY, "quarter_end": DAY, "cutoff": DAY},
}

# Columns of few distinct values. Within a computation each value is a number of two bytes, an ENUM in order of text: less than half the time and
# a third of the memory of text, in every step. What DuckDB makes of them is text again (`coalesce`, `if`, `arg_max`), until `::word`.
WORDS: dict[str, tuple[str, ...]] = {
    "contact": ("convention", "association", "qualite", "departement"),
    "fiche": ("layout", "association", "convention", "qualite", "departement", "issue"),
    "session": ("heure", "nature", "mode", "statut"),
    "association": ("code", "successeur"),
    "convention": ("code",),
    "convention_line": ("convention",),
    "tariff": ("convention",),
    "tariff_beneficiary": ("convention", "qualite"),
    "tariff_price": ("convention", "cap_per", "clause"),
    "tariff_uplift": ("convention", "value"),
    "envelope": ("convention",),
    "decision": ("association", "convention", "qualite", "new_association"),
    "decision_basis": ("association",),
    "stated": ("convention", "association", "qualite", "statement_number"),
    "takeover": ("convention",),
    "carried": ("convention", "payee"),
    "payee_check": ("association",),
}
WRITTEN = ("honore",)  # the words that steps write themselves
PRESTATIONS = ("PEC", "CAR", "REO", "PSY", "JUR", "SOC")  # an ENUM of its own: its order is that of rules §8

SCHEMAS: dict[str, pa.Schema] = {name: pa.schema(list(columns.items())) for name, columns in _COLUMNS.items()}


def table(name: str, rows: Iterable[Mapping[str, Any]] = ()) -> pa.Table:
    """Rows of one input table as Arrow; a column that a row lacks is null, one that the table lacks is left out.

    Made by DuckDB: pyarrow imports pandas to look at a Python list, half a second at the start of each command.
    """
    schema, given = SCHEMAS[name], list(rows)
    if not given:
        return pa.Table.from_batches([], schema)
    columns = ", ".join(f'unnest(${field.name}::{SQL_TYPES[field.type]}[]) as "{field.name}"' for field in schema)
    values = {field.name: [row.get(field.name) for row in given] for field in schema}
    return _maker().cursor().sql(f"select {columns}", params=values).to_arrow_table().cast(schema)


@cache
def _maker() -> duckdb.DuckDBPyConnection:
    """One for the process: opening it costs more than what it makes."""
    return duckdb.connect(config={"threads": 1})


def shaped(name: str, data: pa.Table) -> pa.Table:
    """The columns of an input table in their order and types; as it is when it has them, so that a dataset on disk may stand for a table.

    Raises:
        KeyError: a column is missing.
    """
    wanted = SCHEMAS[name]
    return data if data.schema.equals(wanted) else data.select(wanted.names).cast(wanted)
