-- One row per saisine and its last seized association: whether its fiche came back, when, whether it is still awaited
-- (the rule MISSING_FICHE says so, as for reminders), and the delays of the first contact.
with first_seen as (
    select saisine, min(received_on) as received_on from version where seized group by saisine
)
select saisine_case.reference, saisine_case.convention, saisine_case.opened_on,
    coalesce(saisine_case.last_association, '?') as association,
    first_seen.received_on,
    exists (select 1 from discrepancy where code = 'MISSING_FICHE' and discrepancy.saisine = saisine_case.saisine) as awaited,
    date_diff('day', saisine_case.opened_on, first_seen.received_on) as return_days,
    contact.date_premier_contact,
    date_diff('day', saisine_case.opened_on, contact.date_premier_contact) as contact_days,
    (saisine_case.opened_on + to_months(saisine_case.forclusion_mois::int))::date as awaited_until
from saisine_case
left join first_seen using (saisine)
left join (select saisine, min(date_premier_contact) as date_premier_contact from first_contact group by saisine) as contact using (saisine)
