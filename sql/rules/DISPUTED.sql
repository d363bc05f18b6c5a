-- DISPUTED · H
-- La saisine est contestée : rien de nouveau n’en est payé avant la fin de la contestation.
-- A `dispute` decision, until withdrawn. Blocks the saisine.
select saisine_case.saisine, last_association as association, null as detail
from saisine_case where saisine in (select saisine from decision_in_force where kind = 'dispute')
