-- One row per act with the first reason not to pay it, before caps (rules §8), null when none.
select act.*, withheld.reason from act left join withheld on withheld.act = act.rowid
