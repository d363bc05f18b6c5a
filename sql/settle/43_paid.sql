-- One row per line that takes part in caps, with what remains to pay after each cap in turn (rules §8): number, amount per saisine, envelope of the year.
-- Only what pays something, or is priced at zero, consumes: a line that a later cap cuts gives its place back in the earlier ones. `spent` is this
-- table as the round before left it (at first: every line pays its price); the engine repeats until a round changes nothing.
with told as (
    select priced.*, year(act_date) as act_year, spent.consumes as spent_consumes, spent.cut_by_envelope as spent_cut, spent.paid_cents as spent_cents,
        coalesce(beneficiaire, saisine::text) as person
    from priced join spent using (convention, place)
),
numbered as (
    select *,
        coalesce(sum(spent_consumes::int) over (partition by convention, saisine, prestation order by place
                                                rows between unbounded preceding and 1 preceding), 0) as before_in_saisine,
        coalesce(sum(spent_consumes::int) over (partition by convention, person, act_year, prestation order by place
                                                rows between unbounded preceding and 1 preceding), 0) as before_in_year
    from told
),
capped as (
    select *,
        is_due and cap_count is not null and if(cap_per = 'saisine', before_in_saisine, before_in_year) >= cap_count as beyond_number,
        if(beyond_number, floor_cents, price_cents) as numbered_cents,
        beyond_number and (numbered_cents < price_cents or not is_stated) as cut_by_number
    from numbered
),
summed as (
    select *,
        coalesce(sum(if(spent_cut, least(numbered_cents, spent_cents), numbered_cents)) over (partition by convention, saisine order by place
                                               rows between unbounded preceding and 1 preceding), 0) as before_cents
    from capped
),
ceiled as (
    select *,
        if(plafond_saisine_cents is null or not is_due, numbered_cents,
           greatest(least(floor_cents, numbered_cents), least(numbered_cents, greatest(0, plafond_saisine_cents - before_cents)))) as ceiled_cents
    from summed
),
yearly as (
    select ceiled.*, envelope.amount_cents as envelope_cents,
        is_due and not is_stated and coalesce(cutoff > closes_on, false) as envelope_closed,
        if(envelope_closed, 0, ceiled_cents) as open_cents,
    from ceiled
    cross join parameters
    left join envelope on envelope.convention = ceiled.convention and envelope.year = act_year
),
enveloped as (
    select *,
        coalesce(sum(open_cents) over (partition by convention, act_year order by place rows between unbounded preceding and 1 preceding), 0)
            as before_in_envelope
    from yearly
)
select * exclude (spent_consumes, spent_cut, spent_cents),
    if(envelope_cents is null or not is_due, open_cents,
       greatest(least(floor_cents, open_cents), least(open_cents, greatest(0, envelope_cents - before_in_envelope))))::bigint as paid_cents,
    paid_cents < ceiled_cents or envelope_closed as cut_by_envelope,
    paid_cents > 0 or price_cents = 0 and not cut_by_number and not envelope_closed or not is_due as consumes
from enveloped
