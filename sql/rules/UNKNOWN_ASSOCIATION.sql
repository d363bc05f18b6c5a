-- UNKNOWN_ASSOCIATION · B
-- L’association saisie n’est pas au registre.
-- The last seized. Blocks the saisine.
select saisine, last_association as association, null as detail
from saisine_case where last_association not in (select code from association)
