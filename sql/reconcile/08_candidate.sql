-- One row per (written reference, saisine it may mean), for those that are not exact: reached by ONE of reading confusable letters as digits,
-- completing prefix and zeros, or one edit; one of its seized associations is the writer's; opened by the day of reception (rules §2.3).
-- One edit leaves whole, of the eight digits that `saisine` is, the first five with the sixth or the last two, or the last three with the fifth or the
-- first three; but for an exchange of the fifth and the sixth, or of the sixth and the seventh: those are read apart. The distance is slow to
-- measure, so only where it may be 1: two characters differ, or one is missing or too many before the same end, or at the end.
with unread as (
    select association, root, written, received_on, compact from written anti join exact using (compact) where named is null
),
completed as (
    select *, if(starts_with(compact, 'FV'), compact[3:], compact) as rest from unread
),
reading as (
    select *, unnest([
        'FV' || translate(compact[3:10], 'OILSBZ', '011582') || compact[11],
        compact[:6] || compact[8] || compact[7] || compact[9:],
        compact[:7] || compact[9] || compact[8] || compact[10:]]) as read
    from unread where length(compact) = 11 and starts_with(compact, 'FV')
    union all
    select * exclude (rest), 'FV' || rest[:2] || lpad(rest[3:-2], 6, '0') || rest[-1:] from completed where regexp_full_match(rest, '[0-9]{3,8}[0-9A-Z]')
),
placed as (
    select *, try_cast(compact[3:7] as bigint) as first5, try_cast(compact[3:8] as bigint) as first6, try_cast(compact[3:5] as bigint) as first3,
        try_cast(compact[-4:-2] as bigint) as last3, try_cast(compact[-5:-2] as bigint) as last4, try_cast(compact[-3:-2] as bigint) as last2
    from unread where length(compact) between 10 and 12
),
near as (
    select placed.*, saisine from placed join seizure using (root)
    where saisine // 1000 = first5 and (saisine // 100 = first6 or saisine % 100 = last2)
    union all
    select placed.*, saisine from placed join seizure using (root)
    where saisine % 1000 = last3 and (saisine % 10000 = last4 or saisine // 100000 = first3)
),
meant as (
    select near.*, opened_on, replace(reference, '-', '') as meant from near join saisine using (saisine)
),
reached as (
    select association, written, received_on, saisine, opened_on
    from reading join saisine on reference = read[:4] || '-' || read[5:10] || '-' || read[11:] semi join seizure using (root, saisine)
    union
    select association, written, received_on, saisine, opened_on from meant
    where case when length(compact) = length(meant)
               then case hamming(compact, meant) when 1 then true when 2 then damerau_levenshtein(compact, meant) = 1 else false end
               when compact[-1] = meant[-1] or starts_with(compact, meant) or starts_with(meant, compact) then damerau_levenshtein(compact, meant) = 1
               else false end
)
select association, written, received_on, saisine from reached where opened_on <= received_on
