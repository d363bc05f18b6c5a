-- One row per (fiche, saisine) among the five best of each fiche, by score then reference: the bits of each piece of evidence, in whole
-- thousandths so that equal scores are equal: log2(m/u), at least 0 where it agrees, at most 0 where it disagrees, 0 where one side is silent.
-- For a value that agrees, `u` is how common that value is in the group of associations: a common value weighs less.
-- A fiche of n candidates starts from one chance in n. `ties`: candidates of the fiche with that score, kept or not.
with pair as (
    select * from compared where kind = 'candidate'
),
weighed as (
    select *, case when agrees then greatest(round(1000 * log2(m / u)), 0) when not agrees then least(round(1000 * log2(m / u)), 0)
                   else round(1000 * log2(m / u)) end::bigint as bits
    from weight_used
),
common as (
    select root, saisine,
        greatest(round(1000 * log2(d.m * (block + d.block_worth) / (opened_on_count + d.block_worth * d.u))), 0)::bigint as date_bits,
        greatest(round(1000 * log2(c.m * (convention_known + c.block_worth) / (convention_count + c.block_worth * c.u))), 0)::bigint as convention_bits,
        greatest(round(1000 * log2(q.m * (qualite_known + q.block_worth) / (qualite_count + q.block_worth * q.u))), 0)::bigint as qualite_bits,
        greatest(round(1000 * log2(p.m * (departement_known + p.block_worth) / (departement_count + p.block_worth * p.u))), 0)::bigint
            as departement_bits
    from seized_value
    join weight_used as d on d.evidence = 'date_saisine' and d.level = 'same'
    join weight_used as c on c.evidence = 'convention' and c.level = 'same'
    join weight_used as q on q.evidence = 'qualite' and q.level = 'same'
    join weight_used as p on p.evidence = 'departement' and p.level = 'same'
    where not answered
),
pieced as (
    select pair.*,
        -round(1000 * log2(count(*) over (partition by told)))::bigint as prior_bits,
        coalesce(r.bits, 0) as reference_bits,
        case when date_level = 'same' then common.date_bits else coalesce(d.bits, 0) end as date_bits,
        case when convention_level = 'same' then common.convention_bits else coalesce(c.bits, 0) end as convention_bits,
        case when qualite_level = 'same' then common.qualite_bits else coalesce(q.bits, 0) end as qualite_bits,
        case when departement_level = 'same' then common.departement_bits else coalesce(p.bits, 0) end as departement_bits,
        coalesce(s.bits, 0) as sessions_bits
    from pair
    join common using (root, saisine)
    left join weighed as r on r.evidence = 'reference' and r.level = reference_level
    left join weighed as d on d.evidence = 'date_saisine' and d.level = date_level
    left join weighed as c on c.evidence = 'convention' and c.level = convention_level
    left join weighed as q on q.evidence = 'qualite' and q.level = qualite_level
    left join weighed as p on p.evidence = 'departement' and p.level = departement_level
    left join weighed as s on s.evidence = 'sessions' and s.level = sessions_level
),
summed as (
    select *, prior_bits + reference_bits + date_bits + convention_bits + qualite_bits + departement_bits + sessions_bits as score
    from pieced
)
select *, count(*) over (partition by told) as candidates, count(*) over (partition by told, score) as ties
from summed
qualify row_number() over (partition by told order by score desc, saisine) <= 5
