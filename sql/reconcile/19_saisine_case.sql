-- One row per saisine with all that the rules ask of it: its terms, the convention's periods and the clauses in force on the day it was opened.
select saisine.*, terms.* exclude (saisine),
    convention.code is not null as convention_known,
    convention.du as convention_from, convention.au as convention_to, convention.runoff_until,
    tariff.valid_from as tariff_from, tariff.premier_contact_jours, tariff.forclusion_mois, tariff.tentatives_min, tariff.plafond_saisine_cents,
    opened_on - saisine.first_overseas::int as earliest_day,
    opened_on < quarter_end as in_scope
from saisine
join terms using (saisine)
cross join parameters
left join convention on convention.code = terms.convention
left join tariff on tariff.convention = terms.convention
    and saisine.opened_on >= tariff.valid_from and (tariff.valid_to is null or saisine.opened_on < tariff.valid_to)
