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
well_formed as (
    select compact from exact where saisine is null
),
counted as (
    select association, written, received_on, count(*) as candidates, any_value(saisine) as only_one
    from candidate group by all
),
exact_received as (
    select association, named as saisine, min(received_on) as received_on
    from written anti join decided using (association, compact)
    where named in (select only_one from counted) group by all
)
select written.association, written.root, written.written, written.received_on,
    case when decided_known.association is not null then decided_known.saisine
         when named is not null then named
         when candidates = 1 and exact_received.saisine is null then only_one end as saisine,
    case when decided_known.association is not null then 'decided'
         when named is not null then 'exact'
         when well_formed.compact is not null then 'unknown'
         when candidates = 1 and exact_received.saisine is null then 'repaired'
         when candidates >= 1 then 'ambiguous'
         else 'unknown' end as how
from written
left join decided_known using (association, compact)
left join well_formed using (compact)
left join counted using (association, written, received_on)
left join exact_received on exact_received.association = written.association and exact_received.saisine = counted.only_one
    and exact_received.received_on <= written.received_on
