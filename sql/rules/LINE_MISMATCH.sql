-- LINE_MISMATCH · W
-- La convention donnée par la plate-forme n’est pas celle de la ligne appelée.
-- The given code stands.
select saisine, last_association as association, given_convention as detail
from saisine
where given_convention is not null
  and numero_appele in (select numero from convention_line)
  and (given_convention, numero_appele) not in (select (convention, numero) from convention_line)
