-- QUALITE_UNKNOWN · H
-- Ni le journal ni la fiche ne donnent la qualité de la personne.
-- Blocks the saisine.
select saisine, last_association as association, null as detail from saisine_case where qualite is null
