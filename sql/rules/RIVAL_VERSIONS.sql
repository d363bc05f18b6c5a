-- RIVAL_VERSIONS · B
-- Deux versions différentes de la fiche portent le même numéro et la même date de réception : aucune ne compte.
-- As if not received until one is withdrawn.
select saisine, last_association as association, null as detail from counting join span using (saisine, root) where flaw = 'RIVAL_VERSIONS'
