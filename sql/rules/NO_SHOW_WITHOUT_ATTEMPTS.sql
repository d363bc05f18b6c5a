-- NO_SHOW_WITHOUT_ATTEMPTS · B
-- La fiche dit la personne injoignable sans le nombre de tentatives que la convention demande.
-- The CAR is no line, unless accepted.
select saisine, association, attempts || ' / ' || tentatives_min as detail from no_show where too_few
