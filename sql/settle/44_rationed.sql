-- One row per contended line, with what remains to pay after each cap in turn (rules §8): number, amount per saisine, envelope of the year.
-- Only what pays something, or is priced at zero, consumes: a line that a later cap cuts gives its place back in the earlier ones. `spent` is this
-- table as the round before left it (at first: every line pays its price), of the lines that the first two caps count: nothing else of it is asked.
-- The engine repeats until a round changes nothing of those.
with counted_line as (
    select contended.*, spent.consumes as consumed, spent.cut_by_envelope as was_cut, spent.paid_cents as spent_cents
    from contended join spent using (line_id)
),
counted as (
    select line_id, if(cap_per = 'saisine',
        coalesce(sum(consumed::int) over (partition by convention, saisine, prestation order by place
                                          rows between unbounded preceding and 1 preceding), 0),
        coalesce(sum(consumed::int) over (partition by convention, person, act_year, prestation order by place
                                          rows between unbounded preceding and 1 preceding), 0)) as before
    from counted_line where by_number
),
numbered as (
    select counted_line.*,
        is_due and coalesce(before >= cap_count, false) as is_beyond,
        if(is_beyond, floor_cents, price_cents) as numbered_cents,
        is_beyond and (numbered_cents < price_cents or not is_stated) as cut_by_number
    from counted_line left join counted using (line_id)
),
summed as (
    select line_id, coalesce(sum(if(was_cut, least(numbered_cents, spent_cents), numbered_cents))
        over (partition by convention, saisine order by place rows between unbounded preceding and 1 preceding), 0) as before_cents
    from numbered where by_saisine
),
limited as (
    select line_id, numbered_cents, cut_by_number,
        if(before_cents is null or not is_due, numbered_cents,
           greatest(least(floor_cents, numbered_cents), least(numbered_cents, greatest(0, plafond_saisine_cents - before_cents)))) as ceiled_cents
    from numbered left join summed using (line_id)
),
ceiled as (
    select contended.*, coalesce(limited.numbered_cents, price_cents) as numbered_cents, coalesce(limited.cut_by_number, false) as cut_by_number,
        coalesce(limited.ceiled_cents, price_cents) as ceiled_cents
    from contended left join limited using (line_id)
),
enveloped as (
    select *, if(envelope_closed, 0, ceiled_cents) as open_cents, coalesce(sum(open_cents) over (partition by convention, act_year, envelope_cents is null order by place
                                             rows between unbounded preceding and 1 preceding), 0) as before_in_envelope
    from ceiled
)
select line_id, numbered_cents, cut_by_number, ceiled_cents, envelope_closed,
    if(envelope_cents is null or not is_due, open_cents,
       greatest(least(floor_cents, open_cents), least(open_cents, greatest(0, envelope_cents - before_in_envelope))))::bigint as paid_cents,
    paid_cents < ceiled_cents or envelope_closed as cut_by_envelope,
    paid_cents > 0 or price_cents = 0 and not cut_by_number and not envelope_closed or not is_due as consumes
from enveloped
