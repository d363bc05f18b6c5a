-- SUPPORT_IMPOSSIBLE · H
-- L’association ne peut pas assurer le soutien : à transmettre au psychologue référent.
-- Sessions are still due.
select saisine, last_association as association, null as detail
from counting join span using (saisine, root) where not aside and issue = 'soutien_impossible'
