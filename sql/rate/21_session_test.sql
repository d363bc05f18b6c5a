-- One row per session `honore` that fails a test it does not need the others for (rules §6), with the tests it fails, in their order.
-- `refused_by` is the first of them that is not accepted, null when all are.
with failing as (
    select told.saisine, told.root, told.prestation, told.day, told.nth,
        list_filter([
            if(told.day < earliest_day, 'SESSION_BEFORE_SAISINE', null),
            if(not undated and told.day > received_on, 'SESSION_IN_FUTURE', null),
            if(not undated and told.day > date_cloture + 30, 'SESSION_AFTER_CLOSURE', null),
            if(told.day > runoff_until, 'SESSION_AFTER_CONVENTION', null),
            if(outside, 'SESSION_OUTSIDE_SEIZURE', null)], lambda code: code is not null) as failed
    from told_session as told
    where statut = 'honore' and (told.day < earliest_day or not undated and (told.day > received_on or told.day > date_cloture + 30)
        or told.day > runoff_until or outside)
),
lifted as (
    select saisine, root, list(code) as codes from (
        select counting.saisine, counting.root, code from accepted join counting on counting.saisine = accepted.saisine and counting.sender = accepted.root)
    group by all
)
select failing.*, coalesce(codes, []) as lifted,
    list_filter(failed, lambda code: not list_contains(coalesce(codes, []), code))[1] as refused_by
from failing left join lifted using (saisine, root)
where len(failed) > 0
