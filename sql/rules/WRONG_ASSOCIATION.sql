-- WRONG_ASSOCIATION · B
-- La fiche vient d’une association qui n’a jamais été saisie.
-- Links by successor included. That fiche alone is set aside.
select latest.saisine, fiche.association, null as detail
from latest join fiche using (fiche_id) where not latest.seized
