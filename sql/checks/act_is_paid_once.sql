-- What this draft states for the first time is stated nowhere else, under another convention or for a linked association.
-- Two lists taken over may hold the same act: it was paid twice by hand, and no draft pays it again.
with after as (
    select saisine, linked.root, prestation, act_date, nth, convention, line.association, kind <> 'regularisation' as is_new
    from line semi join line_repeated using (saisine, prestation, act_date, nth) join linked using (association)
    where not taken_back and amount_cents > 0
    union all
    select saisine, root, prestation, act_date, nth, convention, association, false
    from fate semi join line_repeated using (saisine, prestation, act_date, nth) where fate in ('due', 'kept', 'quiet') and stated_cents > 0
)
select saisine, root, prestation, act_date, nth
from after group by all having count(distinct (convention, association)) > 1 and bool_or(is_new)
