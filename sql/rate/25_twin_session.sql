-- One row per session already told for another saisine of the same person (rules §6, SESSION_ELSEWHERE): same `beneficiaire`, group, nature and date,
-- hours unknown or not 45 minutes apart, as one that is stated there, or valid in a saisine opened before and not blocked. Judged in order of opening.
with recursive stated_session as (
    select line.saisine, beneficiaire, line.root, line.prestation, line.act_date as day, line.association, line.nth, told.heure,
        coalesce(told.undated, line.undated) as undated
    from stated_line as line
    join saisine_case using (saisine)
    left join told_session as told on told.saisine = line.saisine and told.root = line.root and told.prestation = line.prestation
        and told.day = line.act_date and told.nth = line.nth
    where line.prestation in ('PSY', 'JUR', 'SOC') and not line.taken_back and beneficiaire is not null
),
several as materialized (
    select saisine, beneficiaire, opened_at, opened_by from saisine_case
    where beneficiaire in (select beneficiaire from saisine_case where beneficiaire is not null group by all having count(*) > 1)
),
fresh as (
    select judged.saisine, several.beneficiaire, judged.root, judged.prestation, judged.day, judged.nth, judged.heure, opened_at, opened_by, surplus_by
    from session_judged as judged
    join several using (saisine)
    left join stated_session as stated on stated.saisine = judged.saisine and stated.root = judged.root and stated.prestation = judged.prestation
        and stated.day = judged.day and stated.nth = judged.nth
    where not judged.undated and invalid_by is null and stated.saisine is null
),
shared as (
    select beneficiaire, root, prestation, day from (
        select saisine, beneficiaire, root, prestation, day from fresh
        union all select saisine, beneficiaire, root, prestation, day from stated_session where not undated)
    group by all having count(distinct saisine) > 1
),
queue as (
    select fresh.*, substr(heure, 1, 2)::int * 60 + substr(heure, 4, 2)::int as minute,
        fresh.saisine in (select saisine from blocked) as is_blocked,
        (fresh.saisine, fresh.root) in (select (counting.saisine, counting.root) from accepted
            join counting on counting.saisine = accepted.saisine and counting.sender = accepted.root where code = 'SESSION_ELSEWHERE') as lifted,
        row_number() over (partition by beneficiaire, root, prestation, day order by opened_at, opened_by, fresh.saisine, fresh.nth) as turn
    from fresh semi join shared using (beneficiaire, root, prestation, day)
),
taken as (
    select beneficiaire, root, prestation, day, list(struct_pack(saisine := saisine, minute := substr(heure, 1, 2)::int * 60 + substr(heure, 4, 2)::int)) as taken
    from stated_session semi join shared using (beneficiaire, root, prestation, day) where not undated group by all
),
judged as (
    select beneficiaire, root, prestation, day, 0::bigint as turn, null::bigint as saisine, null::bigint as nth,
        coalesce(taken, []) as taken, false as elsewhere, false as lifted
    from (select distinct beneficiaire, root, prestation, day from queue) left join taken using (beneficiaire, root, prestation, day)
    union all
    select beneficiaire, root, prestation, day, turn, saisine, nth,
        if(is_blocked or elsewhere and not lifted, taken, list_append(taken, struct_pack(saisine := saisine, minute := minute))), elsewhere, lifted
    from (
        select queue.*, judged.taken,
            queue.surplus_by is null and len(list_filter(judged.taken, lambda t: t.saisine <> queue.saisine and coalesce(abs(t.minute - queue.minute) < 45, true))) > 0 as elsewhere
        from judged join queue on queue.beneficiaire = judged.beneficiaire and queue.root = judged.root and queue.prestation = judged.prestation
            and queue.day = judged.day and queue.turn = judged.turn + 1
    )
)
select saisine, root, prestation, day, nth, lifted from judged where elsewhere
