-- One row per reference as written by an association on a day: the saisine it is taken for, or null, and how that was settled (rules §2):
-- decided, exact, repaired, ambiguous, unknown.
with decided as (
    select association, regexp_replace(upper(decision_in_force.written), '[^A-Z0-9]', '', 'g') as compact,
        arg_max(struct_pack(saisine := if(kind = 'confirm_match', saisine, null)), decision_id).saisine as saisine
    from decision_in_force where kind in ('confirm_match', 'reject_match') group by all
),
counted as (
    select association, written, received_on, if(count(*) = 1, any_value(saisine), null) as only_one
    from candidate group by all
),
exact_received as (
    select association, named as only_one, min(received_on) as first_on
    from written anti join decided using (association, compact)
    where named in (select only_one from counted) group by all
),
repair as (
    select association, written, received_on, if(first_on <= received_on, null, only_one) as only_one
    from counted left join exact_received using (association, only_one)
)
select association, root, written, received_on, named as saisine, 'exact' as how
from written anti join decided using (association, compact) where named is not null
union all
select association, root, written, received_on, only_one,
    case when only_one is not null then 'repaired' when repair.association is not null then 'ambiguous' else 'unknown' end
from written anti join decided using (association, compact) left join repair using (association, written, received_on)
where named is null
union all
select association, root, written, received_on, saisine.saisine, 'decided'
from written join decided using (association, compact) left join saisine on saisine.saisine = decided.saisine
