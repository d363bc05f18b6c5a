-- What was never stated stays within the saisine's ceiling and the year's envelope: beyond them stand only lines once stated, which keep their place.
with used as (
    select convention, saisine, sum(paid_cents) as cents, sum(paid_cents) filter (where is_due and not was_stated) as new_cents,
        max(plafond_saisine_cents) as limit_cents
    from paid where plafond_saisine_cents is not null group by all
    union all
    select convention, act_year, after_cents, new_cents, envelope_cents from envelope_use
)
select convention, saisine from used where cents > limit_cents and new_cents > 0
