-- REDIRECTED · I
-- La saisine est passée d’une association à une autre.
-- Linked associations count as one.
select saisine, last_association as association, null as detail from saisine where roots > 1
