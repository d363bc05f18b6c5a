-- One row per (act, reason) not paid, for all conventions (rules §8, §9). An act cut by two caps stands once for each; a stated line that is kept does not.
with cut as (
    select * from rationed join priced using (line_id) where cut_by_number or is_due and (ceiled_cents < numbered_cents or cut_by_envelope)
)
select act_reason.saisine, act_reason.convention, act_reason.association, act_reason.prestation, act_reason.act_date, act_reason.nth, reason
from act_reason
left join fate on fate.saisine = act_reason.saisine and fate.convention = act_reason.convention and fate.association = act_reason.association
    and fate.prestation = act_reason.prestation and fate.act_date = act_reason.act_date and fate.nth = act_reason.nth
    and fate.fate in ('kept', 'quiet')
where reason is not null and fate.saisine is null
union all
select saisine, convention, association, prestation, act_date, nth, 'CAP_EXCEEDED' from cut where cut_by_number
union all
select saisine, convention, association, prestation, act_date, nth, 'CAP_AMOUNT' from cut where is_due and ceiled_cents < numbered_cents
union all
select saisine, convention, association, prestation, act_date, nth, if(envelope_closed, 'ENVELOPE_CLOSED', 'ENVELOPE_EXCEEDED')
from cut where is_due and cut_by_envelope and (ceiled_cents > 0 or envelope_closed and price_cents = 0 and not cut_by_number)
