-- TARIFF_GAP · B
-- Aucun barème n’est en vigueur à une date qui en demande un.
-- Blocks the saisine and parks the convention's statement.
select saisine, last_association as association, opened_on::text as detail
from saisine_case where convention_known and forclusion_mois is null
union
select saisine, last_association, day::text
from session_judged join saisine_case using (saisine)
left join tariff on tariff.convention = saisine_case.convention and day >= valid_from and (valid_to is null or day < valid_to)
where convention_known and invalid_by is null and valid_from is null
