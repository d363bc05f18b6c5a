-- IBAN_CHANGED · W
-- Les coordonnées bancaires ont changé : les paiements attendent la confirmation d’une autre personne.
-- Until confirmed, saying how it was checked.
select null::bigint as saisine, association, detail from payee_check where code = 'IBAN_CHANGED'
