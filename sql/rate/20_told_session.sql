-- One row per session that a counting fiche writes, whatever its `statut` (rules §6, §9): dated ones as written; those of a bordereau on the first
-- day of the last seizure of its association. `nth` is its place among those of the same nature and date, by hour (none first) and row;
-- `together` is how many these are. `association` is the one whose seizure holds the day, else the last seized of its group; `outside` when no
-- seizure does. The days that its tests compare it with (`session_test`) stand beside it, and whether its saisine is urgent (`act`).
-- Most groups are seized once, for good (`seized_once`), and few sessions share a day: only the others are looked up and numbered.
with held as (
    select counting.saisine, counting.root, if(layout = 'classeur', fiche_group_id, null) as fiche_group_id, nb_psy, nb_jur, nb_soc,
        span.last_day, span.last_association, span.first_turn = 1 and span.is_last and span.seizures = 1 as seized_once,
        received_on, date_cloture, earliest_day, runoff_until,
        urgence and coalesce(date_premier_contact between opened_on and opened_on + 1, false) as is_urgent
    from counting join span using (saisine, root) join saisine_case using (saisine)
    where not aside
),
shared as (
    select fiche_group_id, nature, day from session group by all having count(*) > 1
),
placed as (
    select *, row_number() over same as nth, count(*) over (same rows between unbounded preceding and unbounded following) as together
    from session semi join shared using (fiche_group_id, nature, day)
    window same as (partition by fiche_group_id, nature, day order by heure nulls first, row_number)
    union all
    select *, 1 as nth, 1 as together from session anti join shared using (fiche_group_id, nature, day)
),
dated as (
    select saisine, root, upper(nature)::prestation as prestation, placed.day, heure, row_number, statut, mode, false as undated, nth, together,
        last_association, seized_once, received_on, date_cloture, earliest_day, runoff_until, is_urgent
    from placed join held using (fiche_group_id)
),
counted as (
    unpivot (select * exclude (fiche_group_id) rename (nb_psy as PSY, nb_jur as JUR, nb_soc as SOC) from held where fiche_group_id is null)
    on PSY, JUR, SOC into name prestation value number
),
undated as (
    select saisine, root, prestation::prestation as prestation, last_day as day, null::word as heure, 0 as row_number, 'honore'::word as statut,
        null::word as mode, true as undated, unnest(range(1, number::bigint + 1)) as nth, number as together,
        last_association, seized_once, received_on, date_cloture, earliest_day, runoff_until, is_urgent
    from counted where number > 0
),
told as (
    select * from dated union all by name select * from undated
),
several as (
    select seizure.* from seizure semi join (select saisine, root from held where not seized_once) using (saisine, root)
)
select told.* exclude (last_association, seized_once), coalesce(several.association, last_association) as association,
    if(seized_once, told.day < earliest_day, several.saisine is null) as outside
from told
left join several on several.saisine = told.saisine and several.root = told.root
    and told.day >= if(several.turn = 1, earliest_day, several.from_day) and (several.to_day is null or told.day <= several.to_day)
