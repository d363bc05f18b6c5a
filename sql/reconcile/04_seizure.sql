-- One row per seizure: an association asked to act on a saisine, from a day to the day before the next one (rules §3), the last without end.
-- A `requalify` of the association puts that one in the place of the last, the competent one.
-- Most saisines name one association only, which nothing moves: those need no order.
with asked as (
    select saisine, n, debut_on, association from journal_row where association is not null
),
moved as (
    select saisine, arg_max(new_association, decision_id)::word as association
    from decision_in_force where kind = 'requalify' and new_association is not null group by saisine
),
settled as (
    select saisine, arg_min(debut_on, n) as from_day, min(association)::word as association
    from asked anti join moved using (saisine) group by saisine having min(association) = max(association)
),
turned as (
    select saisine, n, debut_on, association, lag(association) over (partition by saisine order by n)::word as before
    from asked anti join settled using (saisine)
),
told as (
    select saisine, n, debut_on as from_day, association,
        lead(n) over (partition by saisine order by n) is null as is_last
    from turned where association is distinct from before
),
renamed as (
    select told.saisine, n, from_day, if(is_last, coalesce(moved.association, told.association), told.association)::word as association
    from told left join moved using (saisine)
    union all
    select moved.saisine, 1, journal_row.debut_on, moved.association
    from moved join journal_row on journal_row.saisine = moved.saisine and journal_row.n = 1
    where moved.saisine not in (select saisine from told)
),
seized as (
    select * from renamed qualify association is distinct from lag(association) over (partition by saisine order by n)
)
select saisine, association, linked.root, from_day, null::date as to_day, 1::bigint as turn, true as is_last
from settled join linked using (association)
union all
select saisine, seized.association, linked.root, from_day,
    lead(from_day) over turn - 1 as to_day,
    row_number() over turn as turn,
    lead(n) over turn is null as is_last
from seized join linked using (association)
window turn as (partition by saisine order by n)
