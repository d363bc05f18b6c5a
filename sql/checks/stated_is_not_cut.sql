-- No stated line that is still due falls below the smaller of its price today and what is stated.
select saisine, convention, association, prestation, act_date, nth
from paid where paid_cents < floor_cents
