-- One row per line that stands in a group that a cap may cut (rules §8): more lines than the number, more cents than the ceiling or the envelope, or a
-- closed envelope. All lines of such a group are here, each with its `place` among those of its convention, and only they need the rounds of
-- `rationed`: the others are paid their price.
with line as not materialized (
    select line_id, convention, turn, saisine, prestation, if(by_person, coalesce(beneficiaire, saisine::text), null) as person,
        year(act_date) as act_year, is_due, is_stated, price_cents, floor_cents, cap_count, cap_per, plafond_saisine_cents
    from priced
),
tight_number as (
    select convention, saisine, prestation from line
    where (convention, prestation) in (select (convention, prestation) from tariff_price where cap_per = 'saisine')
    group by all having count(*) > min(cap_count) filter (cap_per = 'saisine')
),
tight_person as (
    select convention, person, act_year, prestation
    from line where person is not null group by all having count(*) > min(cap_count) filter (cap_per = 'beneficiaire_annee')
),
tight_saisine as (
    select convention, saisine from line
    where convention in (select convention from tariff where plafond_saisine_cents is not null)
    group by all having sum(price_cents) > min(plafond_saisine_cents)
),
tight_year as (
    select line.convention, act_year, any_value(envelope.amount_cents) as envelope_cents, any_value(coalesce(cutoff > closes_on, false)) as is_closed
    from line join envelope on envelope.convention = line.convention and envelope.year = act_year, parameters
    group by line.convention, act_year
    having sum(price_cents) > any_value(envelope.amount_cents) or any_value(coalesce(cutoff > closes_on, false))
)
select line.* exclude (turn), row_number() over (partition by line.convention order by turn) as place,
    tight_number.saisine is not null or tight_person.person is not null as by_number,
    tight_saisine.saisine is not null as by_saisine, envelope_cents, coalesce(is_closed, false) and is_due and not is_stated as envelope_closed
from line
left join tight_number on tight_number.convention = line.convention and tight_number.saisine = line.saisine
    and tight_number.prestation = line.prestation
left join tight_person on tight_person.convention = line.convention and tight_person.person = line.person
    and tight_person.act_year = line.act_year and tight_person.prestation = line.prestation
left join tight_saisine on tight_saisine.convention = line.convention and tight_saisine.saisine = line.saisine
left join tight_year on tight_year.convention = line.convention and tight_year.act_year = line.act_year
where tight_number.saisine is not null or tight_person.person is not null or tight_saisine.saisine is not null or envelope_cents is not null
