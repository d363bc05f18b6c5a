-- One row per line that finalised statements state, with what becomes of it (rules §9): 'due' again; 'taken_back', by the counting fiche or a
-- decision; 'kept', no longer due but never taken back by an absence; 'quiet', out of this statement's reach; 'gone', taken back before.
-- `is_dropped`: no longer due though nobody says so, which STATED_ACT_DROPPED reports. `heure` and `row_number` are those of the counting fiche.
with refused as (
    select distinct saisine from decision_in_force where kind = 'refuse'
),
known as (
    select line.*, saisine_case.convention as convention_now, coalesce(saisine_case.in_scope, true) as in_scope, convention_moved,
        act_reason.saisine is not null and act_reason.reason is null as is_due,
        counting.issue, counting.tentatives, counting.aside, told.statut, told.heure, told.row_number, holder.root as holder_root,
        span.saisine is not null as is_seized
    from stated_line as line
    left join saisine_case using (saisine)
    left join act_reason on act_reason.saisine = line.saisine and act_reason.convention = line.convention and act_reason.association = line.association
        and act_reason.prestation = line.prestation and act_reason.act_date = line.act_date and act_reason.nth = line.nth
    left join counting on counting.saisine = line.saisine and counting.root = line.root
    left join span on span.saisine = line.saisine and span.root = line.root
    left join told_session as told on told.saisine = line.saisine and told.root = line.root and told.prestation = line.prestation
        and told.day = line.act_date and told.nth = line.nth
    left join holder on holder.saisine = line.saisine and holder.is_due
),
judged as (
    select known.*,
        case when is_due then 'due'
             when not in_scope or act_date >= quarter_end or saisine in (select saisine from closed) then 'quiet'
             when saisine in (select saisine from refused) then 'taken_back'
             when convention_now <> convention then if(convention_moved, 'taken_back', 'quiet')
             when saisine in (select saisine from blocked) or coalesce(aside, not is_seized) then 'quiet'
             when prestation = 'PEC' and issue <> 'pris_en_charge' or prestation = 'CAR' and issue <> 'injoignable' then 'taken_back'
             when prestation = 'REO' and (issue <> 'pris_en_charge' and coalesce(tentatives, 0) < 1 or holder_root = root) then 'taken_back'
             when prestation in ('PSY', 'JUR', 'SOC') and statut in ('annule', 'absence') then 'taken_back'
             else 'dropped' end as finding
    from known, parameters
)
select * exclude (finding),
    finding = 'dropped' as is_dropped,
    case when taken_back then 'gone'
         when finding <> 'dropped' then finding
         when (saisine, root) in (select (saisine, root) from dropped_accepted) then 'taken_back'
         else 'kept' end as fate
from judged
