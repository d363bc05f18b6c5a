-- CONVENTION_MISMATCH · W
-- La fiche nomme une autre convention que celle de la saisine, qui fait foi.
-- The saisine's stands.
select saisine, span.last_association as association, counting.convention as detail
from counting join span using (saisine, root) join saisine_case using (saisine)
where not rival and counting.convention <> saisine_case.convention
