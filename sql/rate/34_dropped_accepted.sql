-- One row per (saisine, seized group) whose stated acts no longer due are taken back, because STATED_ACT_DROPPED is accepted (rules §10).
select distinct accepted.saisine, coalesce(counting.root, accepted.root) as root
from accepted left join counting on counting.saisine = accepted.saisine and counting.sender = accepted.root
where accepted.code = 'STATED_ACT_DROPPED'
