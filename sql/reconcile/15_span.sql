-- One row per (saisine, seized group): its first and last seizure, and the codes they bear.
-- `overseas` is the département of the association first seized in the group.
select saisine, root, count(*) as seizures,
    min(turn) as first_turn,
    min(from_day) as first_day,
    arg_min(seizure.association, turn)::word as first_association,
    arg_max(from_day, turn) as last_day,
    max(turn) as last_turn,
    arg_max(seizure.association, turn)::word as last_association,
    bool_or(is_last) as is_last,
    coalesce(arg_min(association.departement, turn)[:2] in ('97', '98'), false) as overseas
from seizure left join association on association.code = seizure.association
group by saisine, root
