-- One row per saisine that a finalised statement states: the convention and qualité it was stated under, which only `requalify` moves (rules §3).
-- A line of a take-over tells no qualité: it freezes the last one given by the journal before the take-over date.
with used as (
    select try_cast(substr(reference, 3, 2) || substr(reference, 6, 6) as bigint) as saisine,
        arg_max(convention, (statement_order, convention))::word as convention,
        arg_max(struct_pack(qualite), (statement_order, convention)).qualite as qualite
    from stated where not taken_back group by all
),
told_before as (
    select saisine, arg_max(nullif(qualite, ''), n) as qualite
    from journal_row
    where debut_on < (select max(until) from takeover) and saisine in (select saisine from used where qualite is null)
    group by saisine
)
select used.saisine, used.convention, coalesce(used.qualite, told_before.qualite)::word as qualite
from used left join told_before using (saisine)
