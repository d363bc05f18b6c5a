-- One row per new session that a stated one covers (rules §9): the stated one stays though the counting fiche no longer holds it,
-- and a date corrected is not a second session, whichever convention states it. The earliest new ones of the saisine, group and nature are covered.
-- An accepted STATED_ACT_DROPPED takes back what the saisine's own convention states: what another one does stays, and covers.
with gone as (
    select line.saisine, line.root, line.prestation, count(*) as number
    from stated_line as line
    join saisine_case on saisine_case.saisine = line.saisine and (saisine_case.convention = line.convention or not saisine_case.convention_moved)
    join counting on counting.saisine = line.saisine and counting.root = line.root and not counting.aside
    left join told_session as told on told.saisine = line.saisine and told.root = line.root and told.prestation = line.prestation
        and told.day = line.act_date and told.nth = line.nth
    where line.prestation in ('PSY', 'JUR', 'SOC') and not line.taken_back and told.saisine is null
      and (line.convention <> saisine_case.convention or (line.saisine, line.root) not in (select (saisine, root) from dropped_accepted))
    group by all
),
fresh as (
    select act.saisine, act.root, act.prestation, act_date, nth,
        row_number() over (partition by act.saisine, act.root, act.prestation order by act_date, heure nulls first, row_number, nth) as place
    from act
    where not is_stated and invalid_by is null and surplus_by is null and not elsewhere
      and prestation in ('PSY', 'JUR', 'SOC') and saisine in (select saisine from gone)
)
select fresh.saisine, fresh.root, fresh.prestation, fresh.act_date, fresh.nth
from fresh join gone using (saisine, root, prestation) where place <= number
