"""What was kept, brought to another day: rows that came and went since are put in, the saisines they move computed again, all else stays.

Why this is what a computation of everything gives: a row of a result depends on what was received of its saisine and of those that bear on it
(etl/engine/neighbourhood.py), on what is the same for all saisines, and on the day. `doubt` looks whether what is the same for all has stayed,
and says why it is not sure; the caller then computes everything. `CHANGED` finds the saisines of which something was received or decided, or no
longer is, by the ties of before and of now together; `DUE` those that the day alone moves. They are computed again with all that bear on them,
and what is told of no saisine is told again whole. tests/properties/test_nights.py compares every table, row by row.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from etl.engine import neighbourhood
from etl.engine.neighbourhood import COMPACT, KEY, MATCHES, make
from etl.engine.plan import rules, steps

Tables = Mapping[str, pa.Table]
RECEIVED = {"contact": "contact_id", "fiche": "fiche_id", "session": "session_id"}
# Inputs that may change from day to day; a change of any other moves saisines that no tie leads to.
MOVING = frozenset({*RECEIVED, "stated", "decision", "decision_basis", "carried", "payee_check", "parameters"})
OF_A_YEAR = ("ENVELOPE_70", "ENVELOPE_90", "ENVELOPE_100")

DOUBT = """
select case when now.quarter <> parameters.quarter then 'quarter' when now.cutoff < parameters.cutoff then 'earlier_day'
    when exists (from envelope where closes_on >= parameters.cutoff and closes_on < now.cutoff) then 'envelope_closed' end
from parameters, now"""

# The rows of the calls of which one came or went; the references written by fiches that came or went.
CALL = """
select id_appel, reference, beneficiaire from contact where id_appel in (
    select id_appel from contact where contact_id in (select contact_id from came_contact union all select contact_id from gone_contact))"""
WRITING = f"""
select distinct association, written, {COMPACT} as compact, {KEY.format(compact=COMPACT)} as key from fiche
where fiche_id in (select fiche_id from came_fiche union all select fiche_id from gone_fiche)"""
RIGHT = """
with written as (select compact, null::bigint as named from touched_writing)
select compact from (
{exact}
)"""
# What rows of calls tie together, over those that share a call or a person with a touched one.
TOUCHED = """
select 'call ' || id_appel as key from touched_call union select 'person ' || beneficiaire from touched_call where beneficiaire <> ''"""
SHARING = """
select contact_id, id_appel, reference, beneficiaire from contact where id_appel in (select id_appel from touched_call)
union select contact_id, id_appel, reference, beneficiaire from contact
where beneficiaire in (select beneficiaire from touched_call where beneficiaire <> '')"""
SHARED = (
    f"with contact as (from sharing) select key, reference from ({neighbourhood.SHARED}) where key in (from touched)"
)

# The saisines known before that what is written by these fiches may mean: the step `candidate` over other rows.
MEANT = f"""
with {neighbourhood.AS_FICHES.format(writing="touched_writing")},
exact as (select compact from right_writing),
seizure as (select 'any' as root, saisine from main.seizure),
saisine as (select saisine, reference, date '0001-01-01' as opened_on from saisine_case)
select reference from (
{{candidate}}
) join saisine using (saisine)"""
# Whose state moves by date alone (rules §4, §9): the steps `closed` and `CLOSED_NO_RETURN`, asked only of saisines of which a day comes of an age at
# which it may close them, some days more or less for months of unlike lengths. Told before is told still.
AGED = """
select distinct (was.cutoff - to_months(months::int))::date - 3 as first, (parameters.cutoff - to_months(months::int))::date + 3 as last
from was, parameters, (select forclusion_mois as months from saisine_case union select forclusion_mois + 6 from saisine_case)
where months is not null and was.cutoff < parameters.cutoff"""
ACTS = {
    "saisine_case": "opened_on", "session_judged": "day", "stated_line": "act_date", "holder": "act_date", "redirection": "act_date",
    "no_show": "act_date",
}  # fmt: skip
AGING = " union ".join(f"select saisine from {name} where {{{name}}}" for name in ACTS)
DUE = f"""
with {", ".join(f"{name} as (from main.{name} semi join aging using (saisine))" for name in ACTS)}
select saisine from ({{closed}}
) anti join main.closed using (saisine)
union select saisine from ({{CLOSED_NO_RETURN}}
) where saisine not in (select saisine from discrepancy where code = 'CLOSED_NO_RETURN')"""
# About which something changed: told by a call, decided, named or meant by what is written, or whose day came.
CHANGED = f"""
select reference from touched_call
union select reference from contact, was where debut_on > was.cutoff
union select reference from decision anti join was_decided using (decision_id)
union select reference from was_decided anti join decision using (decision_id)
union select reference from decision, was where kind = 'register_saisine' and day > was.cutoff
union select reference from tie where key in (select key from touched_writing)
union select reference from decision where kind in {MATCHES} and {KEY.format(compact=COMPACT)} in (select key from touched_writing)
union select concat_ws('-', compact[:4], compact[5:10], compact[11:]) from touched_writing semi join right_writing using (compact)
union {{meant}}
union select reference from saisine_case where saisine in (from due)"""

# As `compute` tells discrepancies: one row a convention, its years joined.
ENVELOPE = """
insert into discrepancy by name
select '{code}' as code, '{severity}' as severity, convention, array_to_string(list_sort(list(distinct detail::text)), ', ') as detail,
    true as in_scope
from ({rule}) group by convention"""


def doubt(database: duckdb.DuckDBPyConnection, now: Tables) -> str | None:
    """Why everything must be computed again; None when it is enough to follow what moved.

    Args:
        database: as `neighbourhood.keep` fills it.
        now: the inputs of today but those received, whole.
    """
    for name in sorted(now.keys() - MOVING):
        if _asked(
            database,
            now[name],
            f"select exists (from now except all from {name}) or exists (from {name} except all from now)",
        ):
            return name
    why = _asked(database, now["parameters"], DOUBT)
    return str(why) if why else None


def _asked(database: duckdb.DuckDBPyConnection, now: pa.Table, query: str) -> object:
    database.register("now", now)
    [(answer,)] = database.execute(query).fetchall()
    database.unregister("now")
    return answer


def advance(database: duckdb.DuckDBPyConnection, came: Tables, gone: Tables, now: Tables) -> int:
    """Bring what is kept to another day, where `doubt` found nothing; gives how many saisines were computed again.

    Args:
        database: as `neighbourhood.keep` fills it, with all it speaks of; changed in place.
        came: the rows of `contact`, `fiche` and `session` that were not there.
        gone: the identifiers of those that were there and no longer are.
        now: the other inputs of today, whole. What is stated must be what it was.
    """
    kept = {
        name for (name,) in database.execute("select table_name from duckdb_tables() where not temporary").fetchall()
    }
    _put_in(database, came, gone, now)
    _find_touched(database)
    for name, key in RECEIVED.items():
        database.execute(f"delete from {name} where {key} in (select {key} from gone_{name})").fetchall()
    _find_due(database)
    changed = CHANGED.format(meant=f"from ({MEANT.format(candidate=steps()['candidate'].sql)})")
    references = {reference for (reference,) in database.execute(changed).fetchall() if reference}
    made = neighbourhood.recompute(
        database, references, kept & (steps().keys() | {"discrepancy"}), writings="from touched_writing"
    )
    neighbourhood.splice(database, made)
    neighbourhood.add_up(database)
    _tell_envelopes(database)
    _tie_again(database)
    [(number,)] = database.execute("select count(*) from near").fetchall()
    return int(number)


def _put_in(database: duckdb.DuckDBPyConnection, came: Tables, gone: Tables, now: Tables) -> None:
    """The inputs of today, beside the rows that go."""
    database.execute("create or replace temp table was as from parameters").fetchall()
    database.execute("create or replace temp table was_decided as from decision").fetchall()
    for name, rows in now.items():
        make(database, name, rows)
    for name in RECEIVED:
        make(database, f"came_{name}", came[name], "temp table")
        make(database, f"gone_{name}", gone[name], "temp table")
        database.execute(f"insert into {name} by name from came_{name}").fetchall()


def _find_touched(database: duckdb.DuckDBPyConnection) -> None:
    """What came and went, and what it ties: while both are there, so that what was tied is found too."""
    exact = RIGHT.format(exact=steps()["exact"].sql)
    for name, query in {"call": CALL, "writing": WRITING}.items():
        database.execute(f"create or replace temp table touched_{name} as {query}").fetchall()
    database.execute(f"create or replace temp table right_writing as {exact}").fetchall()
    for name, query in {"touched": TOUCHED, "sharing": SHARING}.items():
        database.execute(f"create or replace temp table {name} as {query}").fetchall()
    database.execute(
        "insert into writing by name select association, written, compact, compact in (from right_writing) as is_right"
        " from touched_writing anti join writing using (association, written)"
    ).fetchall()
    _share_again(database)


def _share_again(database: duckdb.DuckDBPyConnection) -> None:
    database.execute("delete from tie where key in (from touched)").fetchall()
    database.execute(f"insert into tie by name {SHARED}").fetchall()


def _find_due(database: duckdb.DuckDBPyConnection) -> None:
    """The saisines that the new day closes."""
    plan = steps()
    aged = database.execute(AGED).fetchall()
    at_age = {
        name: " or ".join(f"{day} between date '{first}' and date '{last}'" for first, last in aged) or "false"
        for name, day in ACTS.items()
    }
    due = DUE.format(closed=plan["closed"].sql, CLOSED_NO_RETURN=plan["CLOSED_NO_RETURN"].sql)
    for name, query in {"aging": AGING.format(**at_age), "due": due}.items():
        database.execute(f"create or replace temp table {name} as {query}").fetchall()


def _tell_envelopes(database: duckdb.DuckDBPyConnection) -> None:
    """What is told of all lines of a convention and year."""
    database.execute(f"delete from discrepancy where code in {OF_A_YEAR}").fetchall()
    database.execute(f"create or replace temp table envelope_use as {steps()['envelope_use'].sql}").fetchall()
    for code in OF_A_YEAR:
        rule = rules()[code]
        database.execute(ENVELOPE.format(code=code, severity=rule.severity, rule=rule.sql)).fetchall()


def _tie_again(database: duckdb.DuckDBPyConnection) -> None:
    """The ties of what is there now."""
    database.execute("delete from sharing where contact_id in (select contact_id from gone_contact)").fetchall()
    _share_again(database)
    database.execute(
        "delete from writing where (association, written) in ("
        "select (association, written) from touched_writing anti join fiche using (association, written))"
    ).fetchall()
    database.execute("delete from tie where starts_with(key, 'written ')").fetchall()
    database.execute(f"insert into tie by name {neighbourhood.MEANT}").fetchall()
