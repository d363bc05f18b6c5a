"""Invented core tables of any size with their truth, made by DuckDB: plausible proportions, the same for a size.

A year of saisines: 1.8 contacts each, 5 % redirected, 92 % with a fiche (3.4 % revised, 10 % bordereaux), 3 sessions a saisine,
130 associations, the 4 conventions of the default set with envelopes of its size. 6 % of the references are mistyped: four in five of them by
one error of contract/rules.md §2, the others by two errors, or by one with the date, the convention, the qualité and the département wrong too.
Every fiche is otherwise told with ordinary carelessness: each of those columns is sometimes blank or wrong.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from etl.engine.compute import MEMORY_LIMIT
from etl.engine.schema import SCHEMAS, table
from etl.model.convention_set import read_directory
from etl.model.tariff import resolve

CONVENTIONS = Path(__file__).parents[2] / "etl" / "conventions"
ASSOCIATIONS = 130
HELD = 1_000_000  # saisines: a larger year is read from disk by the engine, and given more memory to work in
# Cents a saisine of the world: the first is nearly used up, the second bites.
ENVELOPES = {"CALAE": 5_900, "ENSEIGNE": 2_400}


@dataclass(frozen=True)
class Year:
    """What the saisines of a world were opened in, and the draft that is asked of it."""

    opened_from: date
    days: int
    quarter: str
    start: date
    end: date
    cutoff: date


YEAR = Year(date(2025, 9, 1), 365, "2026-T3", date(2026, 7, 1), date(2026, 10, 1), date(2026, 11, 15))
QUARTER = Year(date(2026, 1, 1), 90, "2026-T1", date(2026, 1, 1), date(2026, 4, 1), date(2026, 5, 15))

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SAISINE = """
create table made as
select i, lpad(((i // 1000000) + 26)::text, 2, '0') as yy, i % 1000000 as serial,
    'FV' || lpad(((i // 1000000) + 26)::text, 2, '0') || lpad((i % 1000000)::text, 6, '0') as body,
    'AAV' || lpad((1 + hash(i, 1) % 130)::text, 3, '0') as association,
    'AAV' || lpad((1 + hash(i, 2) % 130)::text, 3, '0') as other,
    date '{start}' + (hash(i, 3) % {days})::int as opened_on,
    ['CALAE', if(opened_on <= date '2026-03-31', 'AMF', 'CALAE'), 'ENSEIGNE', if(opened_on <= date '2026-08-31', 'SPORT', 'ENSEIGNE')][1 + (hash(i, 4) % 4)::int] as convention,
    (hash(i, 5) % 100)::int as luck, (hash(i, 6) % 1000000007)::bigint as noise,
    lpad((1 + if(hash(i, 7) % 100 < 85, hash('AAV', hash(i, 1) % 130) % 95, hash(i, 8) % 95))::text, 2, '0') as departement
from range({n}) as t(i)"""
CHECKED = f"""
create table saisines as
select *, body[:4] || '-' || body[5:] || '-' || last as reference, body || last as compact, yy::bigint * 1000000 + serial as saisine,
    case convention when 'CALAE' then ['elu', 'proche'][1 + noise % 2] when 'AMF' then 'elu' when 'ENSEIGNE' then ['salarie', 'proche'][1 + noise % 2]
         else ['licencie', 'proche'][1 + noise % 2] end as qualite,
    if(luck < 60, 'B' || (i - (luck < 3)::int * (i % 50)), null) as beneficiaire
from (
    select *, '{ALPHABET}'[(1 + (37 - p8) % 36)::int] as last
    from (select *, list_reduce(list_prepend(36, list_transform(string_split(body, ''), lambda c: strpos('{ALPHABET}', c) - 1)),
                                lambda p, d: ((p + d - 1) % 36 + 1) * 2 % 37) as p8 from made))"""
CONTACT = """
select row_number() over () as contact_id, 'A' || i || '-' || k as id_appel, opened_on::timestamp + to_seconds(36000 + noise % 20000) + to_days(k::int) as debut_at,
    opened_on + k::int as debut_on, '12:00:00' as debut_time, 300 as duree_s, 'telephone' as canal, 'traite' as statut,
    case convention when 'ENSEIGNE' then '+33199001276' when 'SPORT' then '+33199008442' else '+33180523384' end as numero_appele, 'saisine' as suite,
    reference, if(luck % 5 = 0 and convention <> 'AMF', null, convention) as convention, if(k > 0 and luck < 5, other, association) as association, qualite,
    departement, noise % 20 = 0 as urgence, beneficiaire, (date_trunc('month', opened_on) + interval 1 month)::date + 1 as received_on,
    md5(month(opened_on)::text) as sha256, (i % 50000)::int as row_number
from saisines, range(2) as t(k) where k = 0 or noise % 10 < 8"""
# How a reference is written: `kind` right, one, two (errors) or columns (one error, and other columns wrong).
FICHE = f"""
create table fiches as
with told as (
    select *, if(hash(i, v, 10) % 100 < 6, case hash(i, v, 11) % 10 when 0 then 'two' when 1 then 'columns' else 'one' end, 'right') as kind,
        (hash(i, v, 12) % 8)::int as way, (3 + hash(i, v, 13) % 8)::int as place, (hash(i, v, 14) % 9)::int as shift
    from saisines, range(2) as t(v) where luck >= 8 and (v = 0 or noise % 29 = 3)
),
erred as (
    select *, case
        when kind = 'right' then compact
        when way = 0 then compact[:place - 1] || ((compact[place]::int + 1 + shift) % 10) || compact[place + 1:]
        when way = 1 then compact[:place - 1] || compact[place + 1:]
        when way = 2 then compact[:place] || shift || compact[place + 1:]
        when way = 3 and place < 10 and compact[place] <> compact[place + 1]
            then compact[:place - 1] || compact[place + 1] || compact[place] || compact[place + 2:]
        when way = 4 then 'FV' || translate(compact[3:10], '0158', 'OISB') || compact[11]
        when way = 5 then compact[3:]
        when way = 6 and compact[5] = '0' then compact[:4] || ltrim(compact[5:10], '0') || compact[11]
        else compact[:10] || '{ALPHABET}'[(1 + (strpos('{ALPHABET}', compact[11]) + shift) % 36)::int] end as once
    from told
),
twice as (
    select *, if(kind = 'two', once[:4] || ((shift + strpos('{ALPHABET}', once[5])) % 10) || once[6:8] || chr(65 + shift) || once[10:], once) as written,
        (hash(i, v, 15) % 100)::int as care, kind = 'columns' as is_wrong
    from erred
)
select i * 2 + v as fiche_id, saisine, kind, i * 2 + v as fiche_group_id, 'Saisines' as sheet, (i % 1000)::int as row_number,
    if(noise % 10 = 7, 'bordereau', 'classeur') as layout, if(luck < 5 and noise % 10 < 8, other, association) as association, written,
    1 + v as version,
    case when is_wrong or care < 3 then opened_on + (7 + shift) when care < 13 then null else opened_on end as date_saisine,
    case when is_wrong then ['CALAE', 'AMF', 'ENSEIGNE', 'SPORT'][1 + (hash(i, 16) % 4)::int] when care % 7 < 2 then null else convention end as convention,
    case when is_wrong then ['elu', 'proche', 'salarie', 'licencie'][1 + (hash(i, 17) % 4)::int] when care % 5 = 0 then null else qualite end as qualite,
    case when is_wrong then lpad((1 + hash(i, 18) % 95)::text, 2, '0') when care % 3 = 0 then null else departement end as departement,
    (noise % 4)::int as tentatives, opened_on + (noise % 6)::int as date_premier_contact,
    case when noise % 20 < 15 then 'pris_en_charge' when noise % 20 < 18 then 'injoignable' else 'refus' end as issue,
    if(noise % 10 = 7, (noise % 4)::int, null) as nb_psy, if(noise % 10 = 7, (noise % 2)::int, null) as nb_jur, null::int as nb_soc, null::boolean as memo_de_vie,
    null::date as date_cloture, null::date as date_signature, (date_trunc('month', opened_on) + interval 2 month)::date + (2 + 7 * v)::int as received_on,
    dense_rank() over (order by association, received_on, layout) as delivery_id, opened_on, noise
from twice"""
SESSION = """
select row_number() over () as session_id, delivery_id, fiche_group_id, k::int as row_number, opened_on + (1 + k * 6 + noise % 5)::int as day,
    if(noise % 3 = 0, '1' || (k % 10)::text || ':00', null) as heure, ['psy', 'psy', 'jur', 'psy', 'soc'][1 + k % 5] as nature,
    ['presentiel', 'presentiel', 'telephone'][1 + (noise // 7 + k) % 3] as mode, if((noise // 11 + k) % 15 = 0, 'absence', 'honore') as statut
from fiches, range(8) as t(k)
where layout = 'classeur' and issue = 'pris_en_charge' and k < 1 + (noise // 13) % 8"""
RECEIVED = {
    "contact": CONTACT,
    "fiche": f"select {', '.join(SCHEMAS['fiche'].names)} from fiches",
    "session": SESSION,
    "truth": "select fiche_id, saisine, kind from fiches",
}


def world(saisines: int, year: Year = QUARTER) -> dict[str, pa.Table]:
    """The core's tables for that many saisines, with the parameters of the draft, and `truth`: the saisine and the kind of each fiche."""
    with duckdb.connect() as connection:
        _make(connection, saisines, year)
        made = {name: connection.sql(query).to_arrow_table() for name, query in RECEIVED.items()}
    return made | _reference(saisines, year)


def _make(connection: duckdb.DuckDBPyConnection, saisines: int, year: Year) -> None:
    for statement in (
        SAISINE.format(n=saisines, start=year.opened_from, days=year.days),
        CHECKED,
        "drop table made",
        FICHE,
    ):
        connection.execute(statement).fetchall()


def _reference(saisines: int, year: Year) -> dict[str, pa.Table]:
    """What is not received: tariffs, register, parameters."""
    rows = {**tariff(saisines), "association": register(), "parameters": [_parameters(year)]}
    return {name: table(name, content) for name, content in rows.items() if name in SCHEMAS}


def register() -> list[dict[str, object]]:
    """The associations, one in forty overseas."""
    return [
        {"code": f"AAV{n:03d}", "nom": f"Association {n}", "departement": "974" if n % 40 == 0 else f"{1 + n % 95:02d}", "active_du": date(2015, 1, 1)}
        for n in range(1, ASSOCIATIONS + 1)
    ]  # fmt: skip


def tariff(saisines: int) -> dict[str, list[dict[str, object]]]:
    """The default set resolved, with envelopes of the size of the world."""
    resolved = resolve(read_directory(CONVENTIONS))
    for row in resolved["envelope"]:
        row["amount_cents"] = ENVELOPES[row["convention"]] * saisines
    return resolved


def _parameters(year: Year) -> dict[str, object]:
    return {"quarter": year.quarter, "quarter_start": year.start, "quarter_end": year.end, "cutoff": year.cutoff}


def save(saisines: int, folder: Path) -> None:
    """Write a year as Parquet, one file a table, unless it is there; what is received never stands in memory whole."""
    if (folder / "parameters.parquet").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory(dir=folder) as spill,
        duckdb.connect(f"{spill}/made.duckdb", config={"memory_limit": "4GB"}) as connection,
    ):
        _make(connection, saisines, YEAR)
        for name, query in RECEIVED.items():
            connection.execute(
                f"copy ({query}) to '{folder}/{name}.parquet' (compression zstd, compression_level 1)"
            ).fetchall()
    for name, rows in _reference(saisines, YEAR).items():
        pq.write_table(rows, folder / f"{name}.parquet")


def load(folder: Path, *names: str) -> dict[str, pa.Table]:
    """Tables of a saved year; all of the engine's when none is named."""
    return {
        name: pq.read_table(folder / f"{name}.parquet")
        for name in names or SCHEMAS
        if (folder / f"{name}.parquet").exists()
    }


def inputs(saisines: int, folder: Path) -> tuple[dict[str, pa.Table], str]:
    """What the engine takes of a saved year, and the memory that it may work in (what it is given and gives comes on top)."""
    if saisines <= HELD:
        return load(folder), MEMORY_LIMIT
    paths = {name: folder / f"{name}.parquet" for name in SCHEMAS}
    return {name: ds.dataset(path, schema=SCHEMAS[name]) for name, path in paths.items() if path.exists()}, "3GB"
