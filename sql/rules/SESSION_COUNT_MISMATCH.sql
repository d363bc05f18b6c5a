-- SESSION_COUNT_MISMATCH · W
-- Le nombre d’entretiens déclaré n’est pas celui des entretiens datés.
-- No more than the declared number are paid, unless accepted.
select session_number.saisine, last_association as association, prestation || ' ' || declared || ' / ' || written as detail
from session_number join span using (saisine, root) where code = 'SESSION_COUNT_MISMATCH'
