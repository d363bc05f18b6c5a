-- REFERENCE_REPAIRED · W
-- La référence était mal écrite ; une seule saisine de l’association y correspond.
-- The fiche that counts was matched by a repair.
select counting.saisine, last_association as association, fiche.written as detail
from counting
join span using (saisine, root)
join fiche using (fiche_id)
join answer using (fiche_id)
where answer.how = 'repaired' and not rival
