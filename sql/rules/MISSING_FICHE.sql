-- MISSING_FICHE · H
-- L’association n’a pas encore renvoyé de fiche.
-- Fiches of associations never seized do not count.
select saisine, last_association as association, opened_on::text as detail
from saisine_case, parameters
where saisine not in (select saisine from counting)
  and not coalesce((opened_on + to_months(forclusion_mois::int))::date < cutoff, false)
