-- A line's identity (rules §9) stands once in a draft.
select convention, saisine, association, prestation, act_date, nth
from line semi join line_repeated using (saisine, prestation, act_date, nth)
group by all having count(*) > 1
