-- Every act is a line, was stated and stays so, or is not paid for a reason.
with ends as (
    select saisine, convention, association, prestation, act_date, nth from line
    union all select saisine, convention, association, prestation, act_date, nth from not_paid
    union all select saisine, convention, association, prestation, act_date, nth from stated_line
)
select saisine, convention, association, prestation, act_date, nth
from act anti join ends using (saisine, convention, association, prestation, act_date, nth)
