-- WRONG_ASSOCIATION · B
-- La fiche vient d’une association qui n’a jamais été saisie.
-- Links by successor included. That fiche alone is set aside.
select distinct latest.saisine, fiche.association, null as detail
from latest
join version using (saisine, root, version, received_on)
join fiche on fiche.fiche_id = version.fiche_id
where not latest.seized
