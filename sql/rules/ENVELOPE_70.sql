-- ENVELOPE_70 · I
-- L’enveloppe de l’année est consommée à 70 %.
-- Reported once: by the statement that reaches it.
select null::bigint as saisine, null as association, convention, act_year::text as detail
from envelope_use where 100 * after_cents >= 70 * envelope_cents and 100 * before_cents < 70 * envelope_cents
