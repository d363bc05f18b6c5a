-- One row per (written reference, saisine it may mean), for those that are not exact: reached by ONE of reading confusable letters as digits,
-- completing prefix and zeros, or one edit; one of its seized associations is the writer's; opened by the day of reception (rules §2.3).
-- One edit leaves whole the first five of the eight digits that `saisine` is, or the last three and the check character, but for an exchange of
-- neighbours across the two: that one is tried apart. The distance is slow to measure, so only where it may be 1: at most two characters differ, or
-- one is missing or too many before the same end, or at the end.
with unread as (
    select distinct root, compact from written where compact not in (select compact from exact)
),
completed as (
    select root, compact, if(starts_with(compact, 'FV'), substr(compact, 3), compact) as rest from unread
),
reading as (
    select root, compact, 'FV' || translate(substr(compact, 3, 8), 'OILSBZ', '011582') || substr(compact, 11) as read
    from unread where length(compact) = 11 and starts_with(compact, 'FV')
    union
    select root, compact, 'FV' || rest[:2] || lpad(rest[3:-2], 6, '0') || rest[-1:]
    from completed where regexp_full_match(rest, '[0-9]{3,8}[0-9A-Z]')
    union
    select root, compact, compact[:6] || compact[8] || compact[7] || compact[9:] from unread where length(compact) = 11
),
near as (
    select root, compact, saisine, false as by_tail
    from (select *, try_cast(compact[3:7] as bigint) as head from unread) as unread join seizure using (root) where saisine // 1000 = head
    union all
    select root, compact, saisine, true as by_tail
    from (select *, try_cast(compact[-4:-2] as bigint) as tail from unread) as unread join seizure using (root) where saisine % 1000 = tail
),
meant as (
    select near.*, replace(reference, '-', '') as meant, right(compact, 1) = right(reference, 1) as same_end from near join saisine using (saisine)
),
reached as (
    select root, reading.compact, saisine
    from reading join saisine on reference = read[:4] || '-' || read[5:10] || '-' || read[11:] semi join seizure using (root, saisine)
    union
    select root, compact, saisine from meant
    where case when by_tail and not same_end then false
               when length(compact) = length(meant) then if(hamming(compact, meant) <= 2, damerau_levenshtein(compact, meant) = 1, false)
               when same_end or starts_with(compact, meant) or starts_with(meant, compact) then damerau_levenshtein(compact, meant) = 1
               else false end
)
select written.association, written.written, written.received_on, reached.saisine
from reached
join written using (root, compact)
join saisine on saisine.saisine = reached.saisine and saisine.opened_on <= written.received_on
