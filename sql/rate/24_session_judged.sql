-- One row per session `honore` with what its own fiche says against it (rules §6): `invalid_by`, the test it fails, else `surplus_by`,
-- the reason it is beyond the number declared or the weeks begun.
with tested as (
    select told.* exclude (statut, together, earliest_day, runoff_until),
        coalesce(session_test.refused_by, session_repeat.refused_by) as invalid_by
    from told_session as told
    left join session_test using (saisine, root, prestation, day, nth)
    left join session_repeat using (saisine, root, prestation, day, nth)
    where statut = 'honore'
),
limited as (
    select tested.*, session_number.code, payable,
        row_number() over (partition by tested.saisine, tested.root, tested.prestation, invalid_by is null
                           order by tested.day, heure nulls first, row_number, nth) as place
    from tested join session_number using (saisine, root, prestation)
),
surplus as (
    select limited.saisine, limited.root, limited.prestation, limited.day, limited.nth, limited.code
    from limited
    join counting using (saisine, root)
    left join accepted on accepted.saisine = limited.saisine and accepted.root = counting.sender and accepted.code = limited.code
    where invalid_by is null and place > payable and accepted.code is null
)
select tested.*, surplus.code as surplus_by
from tested left join surplus using (saisine, root, prestation, day, nth)
