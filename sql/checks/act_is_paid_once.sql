-- After this draft no act is stated under two conventions, nor for two linked associations.
with after as (
    select saisine, linked.root, prestation, act_date, nth, convention, line.association, amount_cents
    from line join linked using (association) where not taken_back
    union all
    select saisine, root, prestation, act_date, nth, convention, association, stated_cents
    from fate where fate in ('due', 'kept', 'quiet')
)
select saisine, root, prestation, act_date, nth
from after where amount_cents > 0
group by all having count(distinct (convention, association)) > 1
