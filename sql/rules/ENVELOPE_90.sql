-- ENVELOPE_90 · I
-- L’enveloppe de l’année est consommée à 90 %.
-- Reported once: by the statement that reaches it.
select null::bigint as saisine, null as association, convention, act_year::text as detail
from envelope_use where 100 * after_cents >= 90 * envelope_cents and 100 * before_cents < 90 * envelope_cents
