-- REVISED_WITHOUT_VERSION · W
-- La fiche a changé sans changer de numéro de version : la dernière reçue compte.
-- Different content under one number, on different days.
select saisine, last_association as association, null as detail from counting join span using (saisine, root) where revised and not rival
