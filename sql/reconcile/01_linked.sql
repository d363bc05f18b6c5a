-- One row per association code met anywhere: the end of its chain of successors, which stands for all the codes linked to it (rules §4).
-- A code that the register does not know stands for itself.
with recursive chain as (
    select code as association, code as root, 0 as steps from association
    union all
    select chain.association, next.successeur, chain.steps + 1
    from chain join association as next on next.code = chain.root and next.successeur is not null
    where chain.steps < 1000
),
known as (
    select association, arg_max(root, steps) as root from chain group by association
),
met as (
    select association from known
    union select distinct association from contact where association is not null
    union select distinct association from fiche
    union select distinct new_association from decision where new_association is not null
    union select distinct association from decision where association is not null
    union select distinct association from stated
)
select met.association, coalesce(known.root, met.association)::word as root
from met left join known using (association)
