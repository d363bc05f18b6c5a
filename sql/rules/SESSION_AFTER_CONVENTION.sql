-- SESSION_AFTER_CONVENTION · B
-- Un entretien est daté d’après la fin de la convention et de sa période de suite.
-- `periode.au` + `suite_mois` months. The first test that a session fails, and those accepted before it.
select session_test.saisine, last_association as association, day::text as detail
from session_test join span using (saisine, root)
where list_contains(failed, 'SESSION_AFTER_CONVENTION') and (refused_by = 'SESSION_AFTER_CONVENTION' or list_contains(lifted, 'SESSION_AFTER_CONVENTION') and coalesce(list_position(failed, refused_by), 9) > list_position(failed, 'SESSION_AFTER_CONVENTION'))
