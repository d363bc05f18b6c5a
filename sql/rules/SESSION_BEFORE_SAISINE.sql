-- SESSION_BEFORE_SAISINE · B
-- Un entretien est daté d’avant la saisine.
-- One day of tolerance overseas. The first test that a session fails, and those accepted before it.
select session_test.saisine, last_association as association, day::text as detail
from session_test join span using (saisine, root)
where list_contains(failed, 'SESSION_BEFORE_SAISINE') and (refused_by = 'SESSION_BEFORE_SAISINE' or list_contains(lifted, 'SESSION_BEFORE_SAISINE') and coalesce(list_position(failed, refused_by), 9) > list_position(failed, 'SESSION_BEFORE_SAISINE'))
