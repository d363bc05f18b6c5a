-- SESSIONS_UNDATED · W
-- Les entretiens sont déclarés en nombre, sans dates.
-- A bordereau's sessions, dated the first day of the last seizure.
select distinct told_session.saisine, span.last_association as association, null as detail
from told_session join span using (saisine, root) where undated
