-- CLOSED_NO_RETURN · I
-- Aucune fiche n’est revenue avant la forclusion.
-- Takes the place of MISSING_FICHE once the time bar is past.
select saisine, last_association as association, opened_on::text as detail
from saisine_case, parameters
where saisine not in (select saisine from counting) and (opened_on + to_months(forclusion_mois::int))::date < cutoff
