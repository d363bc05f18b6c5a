-- SESSION_OUTSIDE_SEIZURE · B
-- Un entretien est daté d’un jour où l’association n’était pas saisie.
-- The tolerance overseas extends the first seizure. The first test that a session fails, and those accepted before it.
select session_test.saisine, last_association as association, day::text as detail
from session_test join span using (saisine, root)
where list_contains(failed, 'SESSION_OUTSIDE_SEIZURE') and (refused_by = 'SESSION_OUTSIDE_SEIZURE' or list_contains(lifted, 'SESSION_OUTSIDE_SEIZURE') and coalesce(list_position(failed, refused_by), 9) > list_position(failed, 'SESSION_OUTSIDE_SEIZURE'))
