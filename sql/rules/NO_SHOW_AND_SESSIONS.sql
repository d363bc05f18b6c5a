-- NO_SHOW_AND_SESSIONS · B
-- La fiche dit la personne injoignable et déclare des entretiens honorés.
-- That fiche alone is set aside, unless accepted.
select saisine, last_association as association, null as detail from counting join span using (saisine, root) where flaw = 'NO_SHOW_AND_SESSIONS'
