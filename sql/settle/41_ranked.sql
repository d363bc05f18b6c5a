-- One row per line that takes part in caps (rules §8): the acts due and the stated lines that stay without being due, in the order of §8 (`place`).
-- What was stated keeps the place it had: the lines of the first statement, then those of the next, then what none states; so finalising moves nothing.
-- `rank` is the place of a session among those of its saisine and nature.
with taking_part as (
    select saisine, convention, association, prestation, act_date, nth, heure, row_number, undated, mode, qualite, is_urgent,
        plafond_saisine_cents, tariff_on, first_order, statement_number, stated_cents, was_stated, is_stated, true as is_due
    from act_reason where reason is null
    union all by name
    select fate.saisine, fate.convention, fate.association, fate.prestation, fate.act_date, fate.nth, told.heure,
        coalesce(told.row_number, 0) as row_number, null::boolean as undated, null::word as mode, null::word as qualite, null::boolean as is_urgent,
        saisine_case.plafond_saisine_cents, if(fate.prestation in ('PSY', 'JUR', 'SOC'), fate.act_date, saisine_case.opened_on) as tariff_on,
        fate.first_order, fate.statement_number, fate.stated_cents, true as was_stated, true as is_stated, false as is_due
    from fate
    left join told_session as told on told.saisine = fate.saisine and told.root = fate.root and told.prestation = fate.prestation
        and told.day = fate.act_date and told.nth = fate.nth
    left join saisine_case on saisine_case.saisine = fate.saisine
    where fate in ('kept', 'quiet')
),
ordered as (
    select *, row_number() over (
        partition by convention
        order by first_order nulls last, act_date, saisine, prestation, heure nulls first, row_number, association, nth) as place
    from taking_part
)
select *, row_number() over (partition by convention, saisine, prestation order by place) as rank
from ordered
