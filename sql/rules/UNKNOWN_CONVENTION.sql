-- UNKNOWN_CONVENTION · B
-- Aucune convention ne porte cette saisine.
-- None given or found by the line, or a code with no file. Blocks the saisine.
select saisine, last_association as association, convention as detail from saisine_case where not convention_known
