-- One row per (written reference, saisine it may mean), for those that are not exact: reached by ONE of reading confusable letters as digits,
-- completing prefix and zeros, or one edit; one of its seized associations is the writer's; opened by the day of reception (rules §2.3).
-- One edit leaves the left 7 or the right 4 of the 11 characters intact, but for an exchange of neighbours across the two: that one is tried apart.
with unread as (
    select distinct root, compact from written where compact not in (select compact from exact)
),
target as (
    select distinct seizure.root, saisine, opened_on, replace(reference, '-', '') as compact
    from seizure join saisine using (saisine)
    where seizure.root in (select root from unread)
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
reached as (
    select reading.root, reading.compact, saisine
    from reading join target on target.root = reading.root and target.compact = reading.read
    union
    select unread.root, unread.compact, saisine
    from unread join target on target.root = unread.root and left(target.compact, 7) = left(unread.compact, 7)
    where damerau_levenshtein(target.compact, unread.compact) = 1
    union
    select unread.root, unread.compact, saisine
    from unread join target on target.root = unread.root and right(target.compact, 4) = right(unread.compact, 4)
    where damerau_levenshtein(target.compact, unread.compact) = 1
)
select written.association, written.written, written.received_on, reached.saisine
from reached
join written using (root, compact)
join saisine on saisine.saisine = reached.saisine and saisine.opened_on <= written.received_on
