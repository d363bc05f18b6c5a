"""Invented core tables of any size, made by DuckDB: plausible proportions, mostly clean, the same for a size.

Proportions: 1.8 contacts a saisine, 5 % redirected, 92 % with a fiche (3.4 % revised, 10 % bordereaux), 6 % of references mistyped by one error,
2.7 sessions a classeur, 130 associations, 4 conventions of the default set, one quarter.
"""

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from etl.engine.schema import SCHEMAS, table
from etl.model.convention_set import read_directory
from etl.model.tariff import resolve

CONVENTIONS = Path(__file__).parent.parent / "etl" / "conventions"
ASSOCIATIONS = 130

SAISINE = """
create table made as
select i, lpad(((i // 1000000) + 26)::text, 2, '0') as yy, i % 1000000 as serial,
    'FV' || lpad(((i // 1000000) + 26)::text, 2, '0') || lpad((i % 1000000)::text, 6, '0') as body,
    'AAV' || lpad((1 + hash(i, 1) % 130)::text, 3, '0') as association,
    'AAV' || lpad((1 + hash(i, 2) % 130)::text, 3, '0') as other,
    date '2026-01-01' + (hash(i, 3) % 90)::int as opened_on,
    ['CALAE', 'AMF', 'ENSEIGNE', 'SPORT'][1 + (hash(i, 4) % 4)::int] as convention,
    (hash(i, 5) % 100)::int as luck, (hash(i, 6) % 1000000007)::bigint as noise
from range({n}) as t(i)"""
CHECKED = """
create table saisines as
select *, body[:4] || '-' || body[5:] || '-' || '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'[(1 + (37 - p8) % 36)::int] as reference,
    case convention when 'CALAE' then ['elu', 'proche'][1 + noise % 2] when 'AMF' then 'elu' when 'ENSEIGNE' then ['salarie', 'proche'][1 + noise % 2]
         else ['licencie', 'proche'][1 + noise % 2] end as qualite,
    if(luck < 60, 'B' || (i - (luck < 3)::int * (i % 50)), null) as beneficiaire
from (select *, list_reduce(list_prepend(36, list_transform(string_split(body, ''), lambda c: strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', c) - 1)),
                            lambda p, d: ((p + d - 1) % 36 + 1) * 2 % 37) as p8 from made)"""
CONTACT = """
select row_number() over () as contact_id, 'A' || i || '-' || k as id_appel, opened_on::timestamp + to_seconds(36000 + noise % 20000) + to_days(k::int) as debut_at,
    opened_on + k::int as debut_on, '12:00:00' as debut_time, 300 as duree_s, 'telephone' as canal, 'traite' as statut,
    case convention when 'ENSEIGNE' then '+33199001276' when 'SPORT' then '+33199008442' else '+33180523384' end as numero_appele, 'saisine' as suite,
    reference, if(luck % 5 = 0 and convention <> 'AMF', null, convention) as convention, if(k > 0 and luck < 5, other, association) as association, qualite,
    '75' as departement, noise % 20 = 0 as urgence, beneficiaire, date '2026-04-02' as received_on, 'x' as sha256, (i % 50000)::int as row_number
from saisines, range(2) as t(k) where k = 0 or noise % 10 < 8"""
FICHE = """
create table fiches as
select i * 2 + v as fiche_id, i % 2000 as delivery_id, i * 2 + v as fiche_group_id, 'Saisines' as sheet, (i % 1000)::int as row_number,
    if(noise % 10 = 7, 'bordereau', 'classeur') as layout, if(luck < 5 and noise % 10 < 8, other, association) as association,
    case when luck % 50 < 3 then case noise % 3 when 0 then reference[:8] || reference[10:] when 1 then replace(reference, '0', 'O')
         else reference[:6] || '7' || reference[8:] end else reference end as written,
    1 + v as version, opened_on as date_saisine, convention, qualite, '75' as departement, (noise % 4)::int as tentatives,
    opened_on + (noise % 6)::int as date_premier_contact,
    case when noise % 20 < 15 then 'pris_en_charge' when noise % 20 < 18 then 'injoignable' else 'refus' end as issue,
    if(noise % 10 = 7, (noise % 4)::int, null) as nb_psy, if(noise % 10 = 7, (noise % 2)::int, null) as nb_jur, null::int as nb_soc, null::boolean as memo_de_vie,
    null::date as date_cloture, null::date as date_signature, date '2026-04-03' + v::int as received_on, opened_on, noise
from saisines, range(2) as t(v) where luck >= 8 and (v = 0 or noise % 29 = 3)"""
SESSION = """
select row_number() over () as session_id, delivery_id, fiche_group_id, k::int as row_number, opened_on + (1 + k * 7 + noise % 5)::int as day,
    if(noise % 3 = 0, '1' || (k % 10)::text || ':00', null) as heure, ['psy', 'psy', 'jur', 'psy', 'soc'][1 + k % 5] as nature,
    ['presentiel', 'presentiel', 'telephone'][1 + (noise // 7 + k) % 3] as mode, if((noise // 11 + k) % 15 = 0, 'absence', 'honore') as statut
from fiches, range(6) as t(k)
where layout = 'classeur' and issue = 'pris_en_charge' and k < 1 + noise % 6"""


def world(saisines: int) -> dict[str, pa.Table]:
    """The core's tables for that many saisines, with the parameters of 2026-T1."""
    resolved = resolve(read_directory(CONVENTIONS))
    with duckdb.connect() as connection:
        for statement in (SAISINE.format(n=saisines), CHECKED, FICHE):
            connection.execute(statement).fetchall()
        made = {
            "contact": connection.sql(CONTACT).to_arrow_table(),
            "fiche": connection.sql(f"select {', '.join(SCHEMAS['fiche'].names)} from fiches").to_arrow_table(),
            "session": connection.sql(SESSION).to_arrow_table(),
        }
    register = [
        {
            "code": f"AAV{number:03d}",
            "nom": "",
            "departement": "974" if number % 40 == 0 else "75",
            "active_du": date(2015, 1, 1),
        }
        for number in range(1, ASSOCIATIONS + 1)
    ]
    dates = {
        "quarter": "2026-T1",
        "quarter_start": date(2026, 1, 1),
        "quarter_end": date(2026, 4, 1),
        "cutoff": date(2026, 4, 15),
    }
    rows = {**resolved, "association": register, "parameters": [dates]}
    return made | {name: table(name, content) for name, content in rows.items() if name in SCHEMAS}
