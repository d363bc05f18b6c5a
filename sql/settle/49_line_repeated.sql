-- One row per (saisine, prestation, date, number) that more than one line stands for, of this draft or of what is stated and stays: what
-- `line_is_once` and `act_is_paid_once` look at more closely.
select saisine, prestation, act_date, nth
from (select saisine, prestation, act_date, nth from line
      union all select saisine, prestation, act_date, nth from fate where fate in ('due', 'kept', 'quiet'))
group by all having count(*) > 1
