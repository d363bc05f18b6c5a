"""A few saisines computed again, with all those that bear on them, instead of all: by the same steps, over a part of the same tables.

Two saisines bear on each other when they share a person, a call, or a reference as written that may mean either (rules §2, §3, §6, §8). Beyond them
results read the register, the tariff and the calendar, which are given whole; the days of the journal, of which one row each is given; and the
envelopes of a year (§8.3), which couple all lines of a convention: where one binds, before or after, all that stand in it are computed too.
"""

from collections.abc import Iterable, Mapping

import duckdb
import pyarrow as pa

from etl.engine.compute import compute
from etl.engine.plan import steps
from etl.engine.schema import SCHEMAS, shaped

Tables = Mapping[str, pa.Table]
MATCHES = "('confirm_match', 'reject_match')"
COMPACT = "regexp_replace(upper(written), '[^A-Z0-9]', '', 'g')"
NUMBER = "try_cast(substr(reference, 3, 2) || substr(reference, 6, 6) as bigint)"
NEAR = f"(select {NUMBER} as saisine from near where {NUMBER} is not null)"  # a null in it would make "not in" neither true nor false
KEY = "'written ' || association || ' ' || {compact}"

# Kept with the results. `writing`: the references as written, reduced to what is compared. `tie`: what saisines share, one row a saisine.
WRITING = f"""
select distinct association, written, {COMPACT} as compact,
    {COMPACT} in (select compact from exact union all select replace(reference, '-', '') from saisine_case) as is_right
from fiche"""
SHARED = """
with told as (
    select 'person ' || beneficiaire as key, reference from contact where reference is not null and beneficiaire <> ''
    union select 'call ' || id_appel, reference from contact where reference is not null
)
select key, reference from told qualify count(*) over (partition by key) > 1"""
MEANT = f"""
select distinct {KEY.format(compact="compact")} as key, reference
from candidate join writing using (association, written) join (select saisine, reference from saisine_case) using (saisine)"""

# References as written, given to the step `candidate` as fiches of one group of associations, received after all saisines.
AS_FICHES = """
told as materialized (select row_number() over () as fiche_id, association, written, compact from {writing}),
fiche as (select fiche_id, association, written, date '9999-01-01' as received_on from told),
written as (select fiche_id, compact, null::bigint as named from told),
linked as (select distinct association, 'any' as root from told)"""
# A saisine that is new, or seized anew, may be meant by what was written before, by whomever: the step `candidate` over other rows.
ANEW = f"""
with {AS_FICHES.format(writing="writing where not is_right")},
exact as (select compact from writing limit 0),
seizure as (select 'any' as root, {NUMBER} as saisine from near),
saisine as (select {NUMBER} as saisine, reference, date '0001-01-01' as opened_on from near)
select {KEY.format(compact=COMPACT)} as key, reference from (
{{candidate}}
) join saisine using (saisine)"""

# All ties: with what decisions say of references as written, each tied also to the saisine that it names when it is a right one:
# with another check character it would be taken for the saisine of that number.
TIED = f"""
with decided as (
    select {KEY.format(compact=COMPACT)} as key, reference, {COMPACT} as compact from decision where kind in {MATCHES}
)
from tie
union all select key, reference from decided
union all select key, concat_ws('-', compact[:4], compact[5:10], compact[11:]) from decided semi join (from writing where is_right) using (compact)
union all from anew"""
MORE = """
insert into near
select distinct other.reference from tied as own join tied as other using (key)
where own.reference in (from near) and other.reference not in (from near)"""
# Looked for by what is compared first: a key made of each writing takes twice as long.
NEAR_WRITING = f"""
select association, written from writing semi join (
    select replace(reference, '-', '') as compact from near
    union select split_part(key, ' ', 3) from tied semi join near using (reference) where starts_with(key, 'written ')) as meant using (compact)
where compact in (select replace(reference, '-', '') from near)
    or {KEY.format(compact="compact")} in (select key from tied where reference in (from near))"""

NEAR_FICHE = "select fiche.* from fiche semi join near_writing using (association, written)"

# The rows of the inputs that the neighbourhood is computed from; of the other days of the journal one row each, that names no saisine.
DAYS = f"""
select 'jour ' || day as id_appel, day as debut_on, day as received_on from (
    select debut_on as day from contact, parameters where received_on <= cutoff and debut_on between quarter_start and quarter_end
    union select debut_on from journal_row where saisine not in {NEAR})"""
CUT = {
    "contact": f"""select contact.* from contact where id_appel in (select id_appel from contact where reference in (from near))
        union all by name {DAYS}""",
    "fiche": "from near_fiche",
    "session": "select session.* from session where fiche_group_id in (select fiche_group_id from near_fiche)",
    "stated": "select stated.* from stated where reference in (from near)",
    "decision": f"""select decision.* from decision where reference is null or reference in (from near)
        or kind in {MATCHES} or kind = 'withdraw' and code in {MATCHES}""",
}
# What the lines of a convention and year ask of its envelope, all and those of inside, before and after.
ASKED = "select convention, act_year as year, sum(greatest(price_cents, 0)) as cents from {lines} group by all"
# The saisines outside that stand in an envelope with one inside, when it cuts their lines, or would with the new lines of those inside.
COUPLED = f"""
with ask as (
    select convention, year, cents as before, cents as after, false as inside from asked
    union all select convention, year, 0, -cents, true from ({ASKED.format(lines=f"paid where saisine in {NEAR}")})
    union all select convention, year, 0, cents, true from ({ASKED.format(lines="near_paid")})
),
tight as (
    select convention, year from ask join envelope using (convention, year)
    group by all having bool_or(inside) and greatest(sum(before), sum(after)) > any_value(amount_cents)
)
select distinct coalesce(saisine_case.reference, stated_line.reference) as reference
from (select * from paid where (convention, act_year) in (select (convention, year) from tight)) as line
left join saisine_case using (saisine) left join stated_line using (saisine)
where saisine not in {NEAR}"""


def keep(database: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    """Make tables of the engine's inputs and results, and of what neighbours are found by.

    Args:
        database: where; what it holds already stays.
        tables: the inputs, and of the results `candidate`, `journal_row`, `paid`, `saisine_case`, `stated_line`, any others; and
            `exact`, which is not kept.
    """
    for name, rows in tables.items():  # in order: the rows of a saisine are then found in one group of them
        make(database, name, rows, order="order by saisine" if "saisine" in rows.column_names else "")
    database.execute(f"create table writing as {WRITING}").fetchall()
    database.execute(f"create table tie as from ({SHARED}) union all {MEANT}").fetchall()
    database.execute("drop table exact").fetchall()
    add_up(database)


def add_up(database: duckdb.DuckDBPyConnection) -> None:
    """Keep what the lines of a convention and year ask of its envelope: `asked`, one row each."""
    database.execute(f"create or replace table asked as {ASKED.format(lines='paid')}").fetchall()


def make(database: duckdb.DuckDBPyConnection, name: str, rows: pa.Table, kind: str = "table", order: str = "") -> None:
    """Make a table (or a `temp table`) of Arrow rows, instead of the one of that name."""
    database.register("given_", rows)
    database.execute(f"create or replace {kind} {name} as from given_ {order}").fetchall()
    database.unregister("given_")


def recompute(
    database: duckdb.DuckDBPyConnection,
    references: Iterable[str],
    wanted: Iterable[str],
    more: Tables | None = None,
    anew: bool = True,
    writings: str = "from writing limit 0",
) -> dict[str, pa.Table]:
    """The steps of some saisines and of all that bear on them: their rows, and those of no saisine but what is told of an envelope as a whole.

    Args:
        database: as `keep` fills it, with all that is said there; the table `decision` may be another one since. Afterwards the
            temporary table `near` holds the references of the neighbourhood, `near_writing` what was written of them.
        references: of the saisines about which something changed.
        wanted: names of steps; `paid` among them when any depends on envelopes.
        more: rows to add to the inputs, about saisines of the neighbourhood and nothing that ties others to them.
        anew: the saisines may be new, or other associations seized of them.
        writings: of the references as written, which else to compute again (`association`, `written`).
    """
    inside, steps_wanted = set(references), frozenset(wanted)
    _find(database, inside, anew, writings)
    if "paid" not in steps_wanted:
        return compute(_cut(database, more or {}), steps_wanted)
    made: dict[str, pa.Table] = {}
    database.execute("create or replace temp table near_paid as from paid limit 0").fetchall()
    while True:
        if coupled := {reference for (reference,) in database.execute(COUPLED).fetchall()}:
            inside, made = inside | coupled, {}
            _find(database, inside, anew, writings)
        elif made:
            return made
        else:
            made = compute(_cut(database, more or {}), steps_wanted)
            make(database, "near_paid", made["paid"], "temp table")


def splice(database: duckdb.DuckDBPyConnection, made: Tables) -> None:
    """Put what `recompute` gave in the place of what was kept of the neighbourhood found last."""
    for name, part in made.items():
        make(database, "given", part, "temp table")
        of_a_fiche = {"association", "written"} <= set(part.column_names)
        unnamed = "written is null or (association, written) in (from near_writing)" if of_a_fiche else "true"
        for mine in (
            f"saisine in {NEAR}",
            f"saisine is null and ({unnamed})",
        ):  # together they would be asked of every row
            database.execute(f"delete from {name} where {mine}").fetchall()
            database.execute(f"insert into {name} by name from given where {mine}").fetchall()


def _find(database: duckdb.DuckDBPyConnection, references: Iterable[str], anew: bool, writings: str) -> None:
    """Follow ties from some saisines until there are no others: makes `near` and `near_writing`."""
    wanted = {"wanted": sorted(references)}
    database.execute(
        "create or replace temp table near as select unnest($wanted::text[]) as reference", wanted
    ).fetchall()
    reach = ANEW.format(candidate=steps()["candidate"].sql) if anew else "select key, reference from tie limit 0"
    database.execute(f"create or replace temp table anew as {reach}").fetchall()
    database.execute(f"create or replace temp table tied as {TIED}").fetchall()
    while database.execute(MORE).fetchall() != [(0,)]:
        pass
    database.execute(
        f"create or replace temp table near_writing as {NEAR_WRITING} union select association, written from ({writings})"
    ).fetchall()


def _cut(database: duckdb.DuckDBPyConnection, more: Tables) -> dict[str, pa.Table]:
    """The engine's inputs, cut to the neighbourhood found last."""
    database.execute(f"create or replace temp table near_fiche as {NEAR_FICHE}").fetchall()
    query = "select table_name from duckdb_tables() union select view_name from duckdb_views()"
    there = {name for (name,) in database.execute(query).fetchall()}
    known = {name: database.sql(CUT.get(name, f"from {name}")).to_arrow_table() for name in SCHEMAS if name in there}
    return known | {name: pa.concat_tables([shaped(name, known[name]), rows]) for name, rows in more.items()}
