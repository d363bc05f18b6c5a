-- One row per act dated before the take-over that no statement holds (rules §9), accepted or not.
select act.saisine, act.root, counting.sender, act.prestation, act.act_date, act.nth
from act left join counting using (saisine, root)
where not stated_anywhere and act_date < (select max(until) from takeover)
