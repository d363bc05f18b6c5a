-- One row per (fiche, saisine it may mean), for those whose reference is not exact: reached by ONE of reading confusable letters as digits,
-- completing prefix and zeros, or one edit; one of its seized associations is the writer's; opened by the day of reception (rules §2.3).
-- One edit leaves whole, of the eight digits that `saisine` is, the first five with the sixth or the last two, or the last three with the fifth or the
-- first three; but for an exchange of the fifth and the sixth, or of the sixth and the seventh: those are read apart, as letters and what is completed
-- are: `edits` is what is then left to find. A distance is slow to measure, so only where it may be 1: two characters differ, or one is missing or
-- too many before the same end, or at the end.
with unread as (
    select fiche_id, root, received_on, compact
    from written join fiche using (fiche_id) join linked using (association) where named is null and compact not in (from exact)
),
whole as (
    select * from unread where length(compact) = 11 and starts_with(compact, 'FV')
),
shortened as (
    select *, if(starts_with(compact, 'FV'), compact[3:], compact) as rest from unread where length(compact) < 11
),
reading as (
    select * replace ('FV' || translate(compact[3:10], 'OILSBZ', '011582') || compact[11] as compact) from whole where regexp_matches(compact, '[OILSBZ]')
    union all
    select * replace (compact[:6] || compact[8] || compact[7] || compact[9:] as compact) from whole
    union all
    select * replace (compact[:7] || compact[9] || compact[8] || compact[10:] as compact) from whole
    union all
    select * exclude (rest) replace ('FV' || rest[:2] || lpad(rest[3:-2], 6, '0') || rest[-1:] as compact)
    from shortened where regexp_full_match(rest, '[0-9]{3,8}[0-9A-Z]')
),
numbered as (
    select *, try_cast(compact[3:10] as bigint) as saisine from reading
),
placed as (
    select *, try_cast(compact[3:7] as bigint) as first5, try_cast(compact[3:8] as bigint) as first6, try_cast(compact[3:5] as bigint) as first3,
        try_cast(compact[-4:-2] as bigint) as last3, try_cast(compact[-5:-2] as bigint) as last4, try_cast(compact[-3:-2] as bigint) as last2
    from unread where length(compact) between 10 and 12
),
near as (
    select fiche_id, received_on, compact, saisine, 1 as edits from placed join seizure using (root)
    where saisine // 1000 = first5 and (saisine // 100 = first6 or saisine % 100 = last2)
    union all
    select fiche_id, received_on, compact, saisine, 1 from placed join seizure using (root)
    where saisine % 1000 = last3 and (saisine % 10000 = last4 or saisine // 100000 = first3)
    union all
    select fiche_id, received_on, compact, saisine, 0 from numbered join seizure using (root, saisine)
),
meant as (
    select near.*, replace(reference, '-', '') as meant from near join saisine using (saisine) where opened_on <= received_on
),
reached as (
    select distinct fiche_id, saisine from meant
    where case when edits = 0 then compact = meant
               when length(compact) = length(meant)
               then case hamming(compact, meant) when 1 then true when 2 then damerau_levenshtein(compact, meant) = 1 else false end
               when compact[-1] = meant[-1] or starts_with(compact, meant) or starts_with(meant, compact) then levenshtein(compact, meant) = 1
               else false end
)
select fiche_id, association, written, received_on, saisine from reached join fiche using (fiche_id)
