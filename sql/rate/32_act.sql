-- One row per act of a saisine neither blocked nor closed (rules §6), dated before the end of the quarter, with what its section says against it.
-- What another convention states and keeps is no act of this one: nothing is paid twice, and only `requalify` moves it.
-- `is_urgent`: the call was, and the first contact came by the next day. An act that a statement already states keeps the association and, but for sessions, the date under which it is stated.
with live as (
    select saisine_case.* from saisine_case where in_scope and saisine not in (select saisine from blocked) and saisine not in (select saisine from closed)
),
urgent as (
    select counting.saisine, counting.root from live join counting using (saisine)
    where live.urgence and date_premier_contact between opened_on and opened_on + 1
),
single as (
    select saisine, root, association, 'PEC'::prestation as prestation, act_date from holder where is_due
    union all select saisine, root, association, 'REO'::prestation, act_date from redirection
    union all select saisine, root, association, 'CAR'::prestation, act_date from no_show where is_due
),
known_single as (
    select saisine, root, prestation, arg_max(association, rank)::word as association, arg_max(act_date, rank) as act_date
    from (
        select stated_line.*, (not taken_back, last_order, stated_line.convention = live.convention, stated_line.convention, association, act_date) as rank
        from stated_line join live using (saisine))
    where prestation in ('PEC', 'REO', 'CAR') group by all
),
known_session as (
    select saisine, root, prestation, act_date, nth, arg_max(association, (not taken_back, last_order, convention, association))::word as association
    from stated_line where prestation in ('PSY', 'JUR', 'SOC') group by all
),
told as (
    select single.saisine, single.root, urgent.saisine is not null as is_urgent, coalesce(known.association, single.association)::word as association, prestation,
        coalesce(known.act_date, single.act_date) as act_date, 1 as nth, null::word as heure, 0 as row_number, false as undated, null::word as mode,
        null::text as invalid_by, null::text as surplus_by, false as elsewhere, null::date as tariff_on
    from single left join known_single as known using (saisine, root, prestation) left join urgent using (saisine, root)
    union all by name
    select judged.saisine, judged.root, is_urgent, coalesce(known.association, judged.association)::word as association, judged.prestation, judged.day as act_date, judged.nth,
        judged.heure, judged.row_number, undated, mode, invalid_by, surplus_by, elsewhere.saisine is not null as elsewhere,
        judged.day as tariff_on
    from session_judged as judged
    left join known_session as known on known.saisine = judged.saisine and known.root = judged.root and known.prestation = judged.prestation
        and known.act_date = judged.day and known.nth = judged.nth
    left join (select saisine, root, prestation, day, nth from twin_session where not lifted) as elsewhere
        on elsewhere.saisine = judged.saisine and elsewhere.root = judged.root and elsewhere.prestation = judged.prestation
        and elsewhere.day = judged.day and elsewhere.nth = judged.nth
)
select told.* exclude (tariff_on), live.convention, live.qualite, live.forclusion_mois, live.plafond_saisine_cents,
    coalesce(told.tariff_on, live.opened_on) as tariff_on,
    own.saisine is not null as was_stated, own.first_order, own.statement_number, own.stated_cents,
    own.saisine is not null and not own.taken_back as is_stated,
    anywhere.saisine is not null as stated_anywhere
from told
join live using (saisine)
cross join parameters
left join stated_line as own on own.saisine = told.saisine and own.convention = live.convention and own.association = told.association
    and own.prestation = told.prestation and own.act_date = told.act_date and own.nth = told.nth
left join (
    select saisine, root, prestation, act_date, nth, coalesce(list(convention) filter (where not taken_back), []) as held_by
    from stated_line group by all
) as anywhere
    on anywhere.saisine = told.saisine and anywhere.root = told.root and anywhere.prestation = told.prestation
    and anywhere.act_date = told.act_date and anywhere.nth = told.nth
where told.act_date < quarter_end
  and (live.convention_moved or own.saisine is not null or coalesce(len(held_by), 0) = 0)
