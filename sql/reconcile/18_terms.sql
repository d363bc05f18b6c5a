-- One row per saisine: the convention and the qualité it is settled under, and where each comes from (rules §3).
-- In order: `requalify`, what a finalised statement froze, the journal; then by the line that was dialled, and by the first counting fiche.
with moved as (
    select saisine, arg_max(convention, decision_id) as convention, arg_max(qualite, decision_id) as qualite
    from decision_in_force where kind = 'requalify' group by saisine
),
open_line as (
    select convention, numero, greatest(convention_line.du, convention.du) as du,
        least(coalesce(convention_line.au, date '9999-12-31'), coalesce(convention.au, date '9999-12-31')) as au, priorite
    from convention_line join convention on convention.code = convention_line.convention
),
unnamed as (
    select saisine.saisine, opened_on, numero_appele,
        if(frozen.saisine is null, coalesce(moved.qualite, journal_qualite), journal_qualite)::word as qualite
    from saisine left join moved using (saisine) left join frozen using (saisine)
    where given_convention is null and numero_appele is not null
),
carried as (
    select unnamed.saisine, arg_min(open_line.convention, (priorite, open_line.convention)) as convention
    from unnamed
    join open_line on open_line.numero = numero_appele and opened_on between open_line.du and open_line.au
    left join tariff on tariff.convention = open_line.convention
        and opened_on >= tariff.valid_from and (tariff.valid_to is null or opened_on < tariff.valid_to)
    left join tariff_beneficiary as covered on covered.convention = tariff.convention and covered.valid_from = tariff.valid_from
        and covered.qualite = unnamed.qualite
    where unnamed.qualite is null or covered.qualite is not null
    group by unnamed.saisine
),
told as (
    select saisine, arg_min(qualite, first_turn) as qualite
    from counting semi join (select saisine from saisine where journal_qualite is null) using (saisine) join span using (saisine, root)
    where not aside and qualite is not null group by saisine
)
select saisine.saisine,
    coalesce(given_convention, carried.convention)::word as journal_convention,
    coalesce(moved.convention, frozen.convention, given_convention, carried.convention)::word as convention,
    coalesce(moved.qualite, frozen.qualite, journal_qualite, told.qualite)::word as qualite,
    moved.convention is not null as convention_moved,
    moved.qualite is not null as qualite_moved,
    frozen.convention as frozen_convention,
    frozen.qualite as frozen_qualite,
    moved.qualite is null and journal_qualite is null as qualite_from_fiche
from saisine
left join moved using (saisine)
left join frozen using (saisine)
left join carried using (saisine)
left join told using (saisine)
