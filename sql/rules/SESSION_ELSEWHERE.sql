-- SESSION_ELSEWHERE · W
-- Le même entretien est déjà compté dans une autre saisine de la même personne.
-- Same person, association, nature and date; undated sessions are never compared.
select twin_session.saisine, last_association as association, day::text as detail
from twin_session join span using (saisine, root)
