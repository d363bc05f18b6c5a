-- QUALITE_MISMATCH · W
-- La fiche donne une autre qualité que celle de la saisine, qui fait foi.
-- Unless the saisine's comes only from a fiche.
select saisine, span.last_association as association, counting.qualite as detail
from counting join span using (saisine, root) join saisine_case using (saisine)
where not rival and not qualite_from_fiche and counting.qualite <> saisine_case.qualite
