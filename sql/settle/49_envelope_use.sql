-- One row per (convention, civil year) with an envelope that has lines: what statements before this one take from it, what they and this draft do, and of
-- that what was never stated.
with used as (
    select convention, act_year, sum(paid_cents) as after_cents, coalesce(sum(paid_cents) filter (where is_due and not was_stated), 0) as new_cents
    from paid group by all
),
before as (
    select convention, year(act_date) as act_year, sum(stated_cents) as before_cents from stated_line group by all
)
select convention, act_year, after_cents, new_cents, coalesce(before_cents, 0) as before_cents, amount_cents as envelope_cents
from used join (select * rename (year as act_year) from envelope) as envelope using (convention, act_year) left join before using (convention, act_year)
