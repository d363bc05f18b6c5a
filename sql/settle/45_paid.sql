-- One row per line that takes part in caps, with what is paid of it and what cut it (rules §8). Its `place` among those of its convention and its `rank`
-- among those of its saisine and prestation are in the order of §8.
select priced.* exclude (line_id, turn), year(act_date) as act_year, envelope.amount_cents as envelope_cents,
    coalesce(numbered_cents, price_cents) as numbered_cents,
    coalesce(ceiled_cents, price_cents) as ceiled_cents,
    coalesce(paid_cents, price_cents)::bigint as paid_cents,
    coalesce(cut_by_number, false) as cut_by_number,
    coalesce(envelope_closed, false) as envelope_closed,
    coalesce(cut_by_envelope, false) as cut_by_envelope,
    coalesce(consumes, true) as consumes,
    row_number() over (partition by priced.convention order by turn) as place,
    row_number() over (partition by priced.convention, saisine, prestation order by turn) as rank
from priced
left join rationed using (line_id)
left join envelope on envelope.convention = priced.convention and envelope.year = year(act_date)
