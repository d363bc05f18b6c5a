-- One row per line that takes part in caps (rules §8): the acts due and the stated lines that stay without being due. `line_id` is its number in this
-- computation. `turn` is the order of §8, which sorts last what is null: it is written here and nowhere else.
-- What was stated keeps the place it had: the lines of the first statement, then those of the next, then what none states; so finalising moves nothing.
with due as (
    select act.rowid as line_id, saisine, convention, association, prestation, act_date, nth, heure, row_number, undated, mode, qualite, is_urgent,
        plafond_saisine_cents, tariff_on, first_order, statement_number, stated_cents, was_stated, is_stated, true as is_due
    from act anti join withheld on withheld.act = act.rowid
),
kept as (
    select -1 - fate.rowid as line_id, fate.saisine, fate.convention, fate.association, fate.prestation, fate.act_date, fate.nth, fate.heure,
        coalesce(fate.row_number, 0) as row_number, null::boolean as undated, null::word as mode, null::word as qualite, null::boolean as is_urgent,
        saisine_case.plafond_saisine_cents, if(fate.prestation in ('PSY', 'JUR', 'SOC'), fate.act_date, saisine_case.opened_on) as tariff_on,
        fate.first_order, fate.statement_number, fate.stated_cents, true as was_stated, true as is_stated, false as is_due
    from fate
    left join saisine_case on saisine_case.saisine = fate.saisine
    where fate in ('kept', 'quiet')
),
line as (
    from due union all by name from kept
)
select * exclude (heure, row_number),
    row(first_order, act_date, saisine, prestation, heure is not null, heure, row_number, association, nth) as turn
from line
