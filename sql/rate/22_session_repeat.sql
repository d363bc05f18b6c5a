-- One row per session that another of the same fiche, nature and date precedes, and that passes the tests before (rules §6): judged in turn,
-- DUPLICATE_SESSION when an earlier valid one is not 45 minutes away by the hours of both, SESSION_IMPLAUSIBLE when it would be the third.
with recursive passing as (
    select told.saisine, told.root, told.prestation, told.day, told.nth, told.heure,
        row_number() over same as turn, count(*) over (same rows between unbounded preceding and unbounded following) as number
    from told_session as told
    left join session_test using (saisine, root, prestation, day, nth)
    where together > 1 and statut = 'honore' and not undated and refused_by is null
    window same as (partition by told.saisine, told.root, told.prestation, told.day order by told.nth)
),
lifting as (
    select counting.saisine, counting.root, bool_or(code = 'DUPLICATE_SESSION') as repeats, bool_or(code = 'SESSION_IMPLAUSIBLE') as crowds
    from accepted join counting on counting.saisine = accepted.saisine and counting.sender = accepted.root
    group by all
),
queue as (
    select passing.*, coalesce(repeats, false) as repeats, coalesce(crowds, false) as crowds,
        substr(heure, 1, 2)::int * 60 + substr(heure, 4, 2)::int as minute
    from passing left join lifting using (saisine, root)
    where number > 1
),
judged(saisine, root, prestation, day, turn, nth, minutes, is_repeat, is_crowd, refused_by) as (
    select saisine, root, prestation, day, turn, nth, [minute], false, false, null::text from queue where turn = 1
    union all
    select found.saisine, found.root, found.prestation, found.day, found.turn, found.nth,
        if(found.refused_by is null, list_append(found.minutes, found.minute), found.minutes), found.is_repeat, found.is_crowd, found.refused_by
    from (
        select tested.*,
            case when is_repeat and not repeats then 'DUPLICATE_SESSION' when is_crowd and not crowds then 'SESSION_IMPLAUSIBLE' end as refused_by
        from (
            select queue.*, judged.minutes,
                len(list_filter(judged.minutes, lambda m: coalesce(abs(m - queue.minute) < 45, true))) > 0 as is_repeat,
                len(judged.minutes) >= 2 as is_crowd
            from judged join queue on queue.saisine = judged.saisine and queue.root = judged.root and queue.prestation = judged.prestation
                and queue.day = judged.day and queue.turn = judged.turn + 1
        ) as tested
    ) as found
)
select saisine, root, prestation, day, nth,
    list_filter([if(is_repeat, 'DUPLICATE_SESSION', null), if(is_crowd and (refused_by is distinct from 'DUPLICATE_SESSION'), 'SESSION_IMPLAUSIBLE', null)],
                lambda code: code is not null) as failed,
    refused_by
from judged where is_repeat or is_crowd
