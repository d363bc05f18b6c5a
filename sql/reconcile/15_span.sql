-- One row per (saisine, seized group): its first and last seizure, and the codes they bear.
-- `overseas` is the département of the association first seized in the group. Most saisines have one seizure: those need no grouping.
with seized as (
    select seizure.*, departement from seizure left join association on association.code = seizure.association
)
select saisine, root, 1::bigint as seizures,
    turn as first_turn,
    from_day as first_day,
    association as first_association,
    from_day as last_day,
    turn as last_turn,
    association as last_association,
    is_last,
    coalesce(departement[:2] in ('97', '98'), false) as overseas
from seized where turn = 1 and is_last
union all
select saisine, root, count(*),
    min(turn),
    min(from_day),
    arg_min(association, turn)::word,
    arg_max(from_day, turn),
    max(turn),
    arg_max(association, turn)::word,
    bool_or(is_last),
    coalesce(arg_min(departement, turn)[:2] in ('97', '98'), false)
from seized where not (turn = 1 and is_last) group by saisine, root
