-- ENVELOPE_100 · I
-- L’enveloppe de l’année est consommée à 100 %.
-- Reported once: by the statement that reaches it.
with used as (
    select convention, act_year, sum(paid_cents) as after_cents, sum(least(stated_cents, paid_cents)) as before_cents, any_value(envelope_cents) as envelope_cents
    from paid where envelope_cents > 0 group by all
)
select null::bigint as saisine, null as association, convention, act_year::text as detail
from used where 100 * after_cents >= 100 * envelope_cents and 100 * before_cents < 100 * envelope_cents
