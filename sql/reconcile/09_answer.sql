-- One row per fiche received: the saisine that it answers, or null, and how that was settled (rules §2): decided, exact, repaired, ambiguous, unknown.
with decided as (
    select association, regexp_replace(upper(decision_in_force.written), '[^A-Z0-9]', '', 'g') as compact,
        arg_max(struct_pack(saisine := if(kind = 'confirm_match', saisine, null)), decision_id).saisine as saisine
    from decision_in_force where kind in ('confirm_match', 'reject_match') group by all
),
settled as (
    select fiche_id, saisine.saisine
    from written join decided using (compact) semi join fiche using (fiche_id, association)
    left join saisine on saisine.saisine = decided.saisine
),
counted as (
    select fiche_id, association, received_on, if(count(*) = 1, any_value(saisine), null) as only_one from candidate group by all
),
exact_received as (
    select association, named as only_one, min(received_on) as first_on
    from written anti join settled using (fiche_id) join fiche using (fiche_id)
    where named in (select only_one from counted) group by all
),
repair as (
    select fiche_id, if(first_on <= received_on, null, only_one) as only_one
    from counted left join exact_received using (association, only_one)
)
select fiche_id, named as saisine, 'exact' as how from written anti join settled using (fiche_id) where named is not null
union all
select fiche_id, only_one, case when only_one is not null then 'repaired' when repair.fiche_id is not null then 'ambiguous' else 'unknown' end
from written anti join settled using (fiche_id) left join repair using (fiche_id)
where named is null
union all
select fiche_id, saisine, 'decided' from settled
