-- SESSION_AFTER_CLOSURE · B
-- Un entretien est daté de plus de trente jours après la clôture.
-- The closure that the fiche itself gives. The first test that a session fails, and those accepted before it.
select session_test.saisine, last_association as association, day::text as detail
from session_test join span using (saisine, root)
where list_contains(failed, 'SESSION_AFTER_CLOSURE') and (refused_by = 'SESSION_AFTER_CLOSURE' or list_contains(lifted, 'SESSION_AFTER_CLOSURE') and coalesce(list_position(failed, refused_by), 9) > list_position(failed, 'SESSION_AFTER_CLOSURE'))
