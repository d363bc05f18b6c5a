-- One row per level of each piece of evidence: how often true pairs show it (`m`) and how often other pairs of the same group do (`u`).
-- Learnt from the known answers once there are `enough` of them; the start weights then count as `worth` pairs among them.
-- Exact answers tell nothing of how references are mistyped: for the reference only confirmed ones count, set against saisines that other
-- fiches answer. `well_formed` is never learnt.
with seen as (
    select 'reference' as evidence, reference_level as level, kind = 'true' as is_true from compared
    where confirmed and kind in ('true', 'other') or kind = 'answered'
    union all select 'date_saisine', date_level, kind = 'true' from compared where kind in ('true', 'other')
    union all select 'convention', convention_level, kind = 'true' from compared where kind in ('true', 'other')
    union all select 'qualite', qualite_level, kind = 'true' from compared where kind in ('true', 'other')
    union all select 'departement', departement_level, kind = 'true' from compared where kind in ('true', 'other')
    union all select 'sessions', sessions_level, kind = 'true' from compared where kind in ('true', 'other')
),
counted as (
    select evidence, level, count(*) filter (is_true) as true_pairs, count(*) filter (not is_true) as other_pairs
    from seen where level <> 'well_formed' group by all
),
known as (
    select weight.*, coalesce(true_pairs, 0) as true_pairs, coalesce(other_pairs, 0) as other_pairs,
        if(level = 'well_formed', 0, sum(true_pairs) over (partition by evidence)) as true_total,
        if(level = 'well_formed', 0, sum(other_pairs) over (partition by evidence)) as other_total
    from weight left join counted using (evidence, level)
)
select evidence, level, agrees, block_worth,
    coalesce(true_total >= enough, false) as learnt, coalesce(true_total, 0)::bigint as true_total,
    if(true_total >= enough, (true_pairs + worth * m) / (true_total + worth), m) as m,
    if(other_total >= enough, (other_pairs + worth * u) / (other_total + worth), u) as u
from known
