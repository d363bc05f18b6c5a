-- One row per reference as written by an association on a day: the saisine it is taken for, or null, and how that was settled (rules §2):
-- decided, exact, repaired, ambiguous, unknown.
with decided as (
    select association, regexp_replace(upper(decision_in_force.written), '[^A-Z0-9]', '', 'g') as compact,
        arg_max(struct_pack(saisine := if(kind = 'confirm_match', saisine, null)), decision_id).saisine as saisine
    from decision_in_force where kind in ('confirm_match', 'reject_match') group by all
),
decided_known as (
    select decided.association, compact, saisine.saisine from decided left join saisine using (saisine)
),
counted as (
    select association, written, received_on, count(*) as candidates, any_value(saisine) as only_one
    from candidate group by all
),
exact_received as (
    select written.association, exact.saisine, min(received_on) as received_on
    from written join exact using (compact) anti join decided using (association, compact)
    where exact.saisine is not null group by all
)
select written.association, written.root, written.written, written.received_on,
    case when decided_known.association is not null then decided_known.saisine
         when exact.compact is not null then exact.saisine
         when candidates = 1 and exact_received.saisine is null then only_one end as saisine,
    case when decided_known.association is not null then 'decided'
         when exact.saisine is not null then 'exact'
         when exact.compact is not null then 'unknown'
         when candidates = 1 and exact_received.saisine is null then 'repaired'
         when candidates >= 1 then 'ambiguous'
         else 'unknown' end as how
from written
left join decided_known using (association, compact)
left join exact using (compact)
left join counted using (association, written, received_on)
left join exact_received on exact_received.association = written.association and exact_received.saisine = counted.only_one
    and exact_received.received_on <= written.received_on
