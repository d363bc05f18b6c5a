-- One row per session that a counting fiche writes, whatever its `statut` (rules §6, §9): dated ones as written; those of a bordereau on the first
-- day of the last seizure of its association. `nth` is its place among those of the same nature and date, by hour (none first) and row.
-- `association` is the one whose seizure holds the day, else the last seized of its group; `outside` when no seizure does.
with held as (
    select counting.saisine, counting.root, fiche_group_id, layout, received_on, date_cloture, nb_psy, nb_jur, nb_soc,
        span.last_day, span.last_association, earliest_day
    from counting join span using (saisine, root) join saisine_case using (saisine)
    where not aside
),
dated as (
    select held.saisine, held.root, upper(nature) as prestation, session.day, heure, session.row_number, statut, mode, false as undated,
        row_number() over (partition by held.saisine, held.root, nature, session.day order by heure nulls first, session.row_number) as nth
    from held join session using (fiche_group_id)
    where layout = 'classeur'
),
counted as (
    unpivot (select saisine, root, last_day, nb_psy as PSY, nb_jur as JUR, nb_soc as SOC from held where layout = 'bordereau')
    on PSY, JUR, SOC into name prestation value number
),
undated as (
    select saisine, root, prestation, last_day as day, null::text as heure, 0 as row_number, 'honore' as statut, null::text as mode,
        true as undated, unnest(range(1, number::bigint + 1)) as nth
    from counted where number > 0
),
told as (
    select * from dated union all by name select * from undated
),
seized as (
    select told.saisine, told.root, told.prestation, told.day, told.nth, any_value(seizure.association) as association
    from told
    join seizure on seizure.saisine = told.saisine and seizure.root = told.root
    join saisine_case on saisine_case.saisine = told.saisine
    where told.day >= if(seizure.turn = 1, earliest_day, seizure.from_day) and (seizure.to_day is null or told.day <= seizure.to_day)
    group by all
)
select told.*, coalesce(seized.association, held.last_association) as association, seized.association is null as outside,
    held.received_on, held.date_cloture
from told
join held using (saisine, root)
left join seized using (saisine, root, prestation, day, nth)
