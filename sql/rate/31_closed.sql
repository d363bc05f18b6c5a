-- One row per closed saisine (rules §9): its last act, or its opening, is past the time bar by six months at the cutoff.
with known as (
    select saisine, day from session_judged
    union all select saisine, act_date from stated_line
    union all select saisine, act_date from holder
    union all select saisine, act_date from redirection
    union all select saisine, act_date from no_show where is_due
),
last_act as (
    select saisine, max(day) as day from known group by saisine
)
select saisine_case.saisine
from saisine_case left join last_act using (saisine), parameters
where (greatest(opened_on, coalesce(day, opened_on)) + to_months(forclusion_mois::int + 6))::date < cutoff
