-- One row per session that is not the first of its saisine and nature, where a price depends on that (rules §6): its rank, in the order of §8.
with tiered as (
    select distinct convention, prestation from tariff_price where rank_from > 1 or rank_to is not null
)
select line_id, row_number() over (partition by saisine, prestation, convention order by turn) as rank
from taking_part semi join tiered using (convention, prestation)
qualify rank > 1
