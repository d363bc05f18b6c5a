-- One row per counting fiche `pris_en_charge`: the date its PEC would have and whether it is good (rules §6). A date before the saisine (one day of
-- tolerance when the association is overseas) or after the reception is not, unless accepted; without a date the first valid session gives it.
with lifted as (
    select counting.saisine, counting.root, bool_or(code = 'FIRST_CONTACT_BEFORE_SAISINE') as early, bool_or(code = 'FIRST_CONTACT_IN_FUTURE') as late
    from accepted join counting on counting.saisine = accepted.saisine and counting.sender = accepted.root group by all
),
first_session as (
    select judged.saisine, judged.root, min(judged.day) as day
    from session_judged as judged
    left join (select saisine, root, prestation, day, nth from twin_session where not lifted) as elsewhere using (saisine, root, prestation, day, nth)
    where invalid_by is null and elsewhere.saisine is null
    group by all
)
select counting.saisine, counting.root, span.first_turn, span.first_association as association,
    date_premier_contact, first_session.day as first_session,
    coalesce(date_premier_contact < opened_on - span.overseas::int, false) as is_early,
    coalesce(date_premier_contact > counting.received_on, false) as is_late,
    coalesce(date_premier_contact, first_session.day) as act_date,
    act_date is not null and (not is_early or coalesce(early, false)) and (not is_late or coalesce(late, false)) as is_good
from counting
join span using (saisine, root)
join saisine_case using (saisine)
left join first_session using (saisine, root)
left join lifted using (saisine, root)
where not aside and issue = 'pris_en_charge'
