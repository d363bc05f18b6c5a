-- SESSION_IMPLAUSIBLE · B
-- Trois entretiens de même nature le même jour : le troisième n’est pas retenu.
-- A third valid one of the same nature and date.
select session_repeat.saisine, last_association as association, day::text as detail
from session_repeat join span using (saisine, root) where list_contains(failed, 'SESSION_IMPLAUSIBLE')
