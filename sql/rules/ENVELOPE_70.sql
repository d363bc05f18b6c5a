-- ENVELOPE_70 · I
-- L’enveloppe de l’année est consommée à 70 %.
-- Reported once: by the statement that reaches it.
with used as (
    select convention, act_year, sum(paid_cents) as after_cents, any_value(envelope_cents) as envelope_cents
    from paid where envelope_cents > 0 group by all
),
before as (
    select convention, year(act_date) as act_year, sum(stated_cents) as before_cents from stated_line group by all
)
select null::bigint as saisine, null as association, convention, act_year::text as detail
from used left join before using (convention, act_year)
where 100 * after_cents >= 70 * envelope_cents and 100 * coalesce(before_cents, 0) < 70 * envelope_cents
