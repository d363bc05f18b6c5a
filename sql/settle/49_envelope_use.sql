-- One row per (convention, civil year) with an envelope that has lines: what statements before this one take from it, and what they and this draft do.
with used as (
    select convention, act_year, sum(paid_cents) as after_cents, any_value(envelope_cents) as envelope_cents
    from paid where envelope_cents > 0 group by all
),
before as (
    select convention, year(act_date) as act_year, sum(stated_cents) as before_cents from stated_line group by all
)
select convention, act_year, after_cents, coalesce(before_cents, 0) as before_cents, envelope_cents
from used left join before using (convention, act_year)
