-- One row per fiche that answers no saisine: what one association wrote, as last received (rules §2.4). A reference that a person
-- rejected is still without a saisine; one that a person confirmed is settled, even if the journal does not hold that saisine.
with told as (
    from match where compact in (select compact from match where saisine is null)
),
last_told as (
    select * from told qualify row_number() over (partition by association, compact order by received_on desc, written) = 1
),
last_decided as (
    select association, regexp_replace(upper(written), '[^A-Z0-9]', '', 'g') as compact, arg_max(kind, decision_id) as kind
    from decision_in_force where kind in ('confirm_match', 'reject_match') group by all
)
select association, root, compact, written, received_on, how
from last_told left join last_decided using (association, compact)
where saisine is null and (how in ('unknown', 'ambiguous') or kind = 'reject_match')
