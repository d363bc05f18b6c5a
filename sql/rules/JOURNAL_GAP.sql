-- JOURNAL_GAP · W
-- Aucun appel n’est au journal ce jour-là : le relevé attend que ce jour soit expliqué.
-- The line is open seven days a week; the statement cannot be finalised until each such day is accepted, or what it held is registered.
select null::bigint as saisine, null as association, day::date::text as detail, day::date as day
from parameters, unnest(generate_series(
    greatest(quarter_start, coalesce((select max(until) from takeover), quarter_start)), least(quarter_end - 1, cutoff), interval 1 day)) as t(day)
where day::date not in (select debut_on from contact, parameters where received_on <= cutoff)
  and day::date not in (select debut_on from journal_row)
