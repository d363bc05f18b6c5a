-- CONVENTION_NOT_IN_FORCE · B
-- La saisine a été ouverte hors de la période de la convention.
-- Blocks the saisine.
select saisine, last_association as association, convention as detail
from saisine_case where convention_known and (opened_on < convention_from or opened_on > convention_to)
