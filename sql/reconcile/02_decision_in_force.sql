-- One row per decision that no `withdraw` has undone (rules §10). A withdrawal undoes the last decision still standing on its subject,
-- so a decision is undone when, at some point after it, the withdrawals of its subject outnumber the decisions.
with subject as (
    select *,
        kind = 'withdraw' as is_withdrawal,
        case when kind = 'accept' then 'accept ' || code
             when kind <> 'withdraw' then kind
             when code in ('confirm_match', 'reject_match', 'refuse', 'requalify', 'dispute', 'register_saisine') then code
             else 'accept ' || code end as subject
    from decision
),
standing as (
    select *,
        sum(case when is_withdrawal then -1 else 1 end)
            over (partition by reference, subject, case when reference is null then day end order by decision_id) as height
    from subject
),
floor_after as (
    select *,
        min(height) over (partition by reference, subject, case when reference is null then day end order by decision_id
                          rows between current row and unbounded following) as lowest
    from standing
)
select decision_id, kind, try_cast(substr(reference, 3, 2) || substr(reference, 6, 6) as bigint) as saisine,
    reference, association, code, written, convention, qualite, new_association, day
from floor_after
where not is_withdrawal and lowest >= height
