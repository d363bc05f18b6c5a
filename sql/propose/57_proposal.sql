-- One row per fiche without a saisine and saisine offered for it, best first in `place`; a fiche with no candidate has one row without one.
-- What both sides tell stands beside the bits.
select told.association, told.root, told.written, told.compact, told.received_on, orphan.how, told.fiche_id, seized_value.reference,
    row_number() over (partition by told order by score desc, scored.saisine) as place,
    score, coalesce(candidates, 0) as candidates, coalesce(ties, 0) as ties, seized_value.opened_on,
    prior_bits, reference_bits, date_bits, convention_bits, qualite_bits, departement_bits, sessions_bits,
    reference_level, date_level, convention_level, qualite_level, departement_level, sessions_level,
    told.date_saisine, told.convention as told_convention, told.qualite as told_qualite, told.departement as told_departement,
    told.sessions, told.first_act, told.last_day,
    seized_value.convention, seized_value.qualite, seized_value.departement
from told_fiche as told
join orphan using (association, compact)
left join scored using (told)
left join seized_value on seized_value.root = told.root and seized_value.saisine = scored.saisine
