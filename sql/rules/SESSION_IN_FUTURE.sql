-- SESSION_IN_FUTURE · B
-- Un entretien est daté d’après la réception de la fiche.
-- The reception of the version that counts. The first test that a session fails, and those accepted before it.
select session_test.saisine, last_association as association, day::text as detail
from session_test join span using (saisine, root)
where list_contains(failed, 'SESSION_IN_FUTURE') and (refused_by = 'SESSION_IN_FUTURE' or list_contains(lifted, 'SESSION_IN_FUTURE') and coalesce(list_position(failed, refused_by), 9) > list_position(failed, 'SESSION_IN_FUTURE'))
