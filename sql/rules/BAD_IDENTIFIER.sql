-- BAD_IDENTIFIER · W
-- Un identifiant de l’association est faux : ses paiements attendent.
-- SIRET, RNA, IBAN or BIC; its statement goes on.
select null::bigint as saisine, association, detail from payee_check where code = 'BAD_IDENTIFIER'
