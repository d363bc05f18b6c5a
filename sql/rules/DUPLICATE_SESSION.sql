-- DUPLICATE_SESSION · W
-- Un entretien de même nature et de même date est déjà compté.
-- Unless both give hours at least 45 minutes apart.
select session_repeat.saisine, last_association as association, day::text as detail
from session_repeat join span using (saisine, root) where list_contains(failed, 'DUPLICATE_SESSION')
