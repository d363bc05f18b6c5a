-- One row per closed saisine (rules §9): its last act, or its opening, is past the time bar by six months at the cutoff.
-- A REO or CAR once stated has the date under which it is stated, as the PEC that `holder` tells.
with single as (
    select saisine, root, 'REO' as prestation, act_date from redirection
    union all select saisine, root, 'CAR', act_date from no_show where is_due
),
known as (
    select saisine, day from session_judged
    union all select saisine, act_date from stated_line
    union all select saisine, act_date from holder
    union all select saisine, act_date from single anti join stated_line using (saisine, root, prestation)
),
last_act as (
    select saisine, max(day) as day from known group by saisine
)
select saisine_case.saisine
from saisine_case left join last_act using (saisine), parameters
where (greatest(opened_on, coalesce(day, opened_on)) + to_months(forclusion_mois::int + 6))::date < cutoff
