-- One row per session that a counting fiche writes, whatever its `statut` (rules §6, §9): dated ones as written; those of a bordereau on the first
-- day of the last seizure of its association. `nth` is its place among those of the same nature and date, by hour (none first) and row;
-- `together` is how many these are. `association` is the one whose seizure holds the day, else the last seized of its group; `outside` when no
-- seizure does. The days that its tests compare it with (`session_test`) stand beside it.
with held as (
    select counting.saisine, counting.root, fiche_group_id, layout, nb_psy, nb_jur, nb_soc, span.last_day, span.last_association,
        received_on, date_cloture, earliest_day, runoff_until
    from counting join span using (saisine, root) join saisine_case using (saisine)
    where not aside
),
placed as (
    select *, row_number() over same as nth, count(*) over (same rows between unbounded preceding and unbounded following) as together
    from session
    where fiche_group_id in (select fiche_group_id from held where layout = 'classeur')
    window same as (partition by fiche_group_id, nature, day order by heure nulls first, row_number)
),
dated as (
    select saisine, root, upper(nature)::prestation as prestation, placed.day, heure, row_number, statut, mode, false as undated, nth, together,
        last_association, received_on, date_cloture, earliest_day, runoff_until
    from placed join held using (fiche_group_id)
),
counted as (
    unpivot (select * exclude (layout, fiche_group_id) rename (nb_psy as PSY, nb_jur as JUR, nb_soc as SOC) from held where layout = 'bordereau')
    on PSY, JUR, SOC into name prestation value number
),
undated as (
    select saisine, root, prestation::prestation as prestation, last_day as day, null::word as heure, 0 as row_number, 'honore'::word as statut,
        null::word as mode, true as undated, unnest(range(1, number::bigint + 1)) as nth, number as together,
        last_association, received_on, date_cloture, earliest_day, runoff_until
    from counted where number > 0
),
told as (
    select * from dated union all by name select * from undated
)
select told.* exclude (last_association), coalesce(seizure.association, last_association)::word as association,
    seizure.saisine is null as outside
from told
left join seizure on seizure.saisine = told.saisine and seizure.root = told.root
    and told.day >= if(seizure.turn = 1, earliest_day, seizure.from_day) and (seizure.to_day is null or told.day <= seizure.to_day)
