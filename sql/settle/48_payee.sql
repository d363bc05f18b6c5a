-- One row per (convention, payee) with a line or a balance carried in (rules §9): the payee is the association seized, or the end of its chain of
-- successors once its `active_au` is past at the cutoff.
with paid_to as (
    select linked.association, if(coalesce(association.active_au < cutoff, false), linked.root, linked.association) as payee
    from linked left join association on association.code = linked.association, parameters
),
told as (
    select convention, payee, sum(amount_cents) as total_cents from line join paid_to using (association) group by all
),
brought as (
    select convention, paid_to.payee, sum(amount_cents) as carried_in_cents
    from carried join paid_to on paid_to.association = carried.payee where amount_cents <> 0 group by all
),
balance as (
    select convention, payee, coalesce(total_cents, 0)::bigint as total_cents, coalesce(carried_in_cents, 0)::bigint as carried_in_cents
    from told full join brought using (convention, payee)
)
select *, greatest(total_cents + carried_in_cents, 0)::bigint as payable_cents, least(total_cents + carried_in_cents, 0)::bigint as carried_out_cents
from balance
