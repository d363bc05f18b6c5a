-- INELIGIBLE_BENEFICIARY · B
-- La qualité de la personne n’est pas de celles que la convention couvre à la date de la saisine.
-- Blocks the saisine.
select saisine, last_association as association, qualite as detail
from saisine_case
where convention_known and qualite is not null and tariff_from is not null
  and (convention, tariff_from, qualite) not in (select (convention, valid_from, qualite) from tariff_beneficiary)
