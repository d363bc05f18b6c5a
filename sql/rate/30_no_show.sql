-- One row per saisine without a PEC whose last seized association says `injoignable` (rules §6): its CAR, due when `is_due`:
-- enough attempts were made, or too few are accepted.
select counting.saisine, counting.root, span.last_association as association, coalesce(date_cloture, span.last_day) as act_date,
    coalesce(tentatives, 0) as attempts, tentatives_min,
    attempts < tentatives_min as too_few,
    not too_few or accepted.code is not null as is_due
from counting
join span using (saisine, root)
join saisine_case using (saisine)
left join accepted on accepted.saisine = counting.saisine and accepted.root = counting.sender and accepted.code = 'NO_SHOW_WITHOUT_ATTEMPTS'
where not aside and issue = 'injoignable' and span.is_last
  and counting.saisine not in (select saisine from holder)
