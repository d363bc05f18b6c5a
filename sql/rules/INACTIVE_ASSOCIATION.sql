-- INACTIVE_ASSOCIATION · B
-- L’association saisie n’était pas active le jour de la saisine.
-- The last seized. Blocks the saisine.
select saisine, last_association as association, opened_on::text as detail
from saisine_case join association on code = last_association
where opened_on < active_du or opened_on > active_au
