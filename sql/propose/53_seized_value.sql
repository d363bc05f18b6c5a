-- One row per (group of associations, saisine it was seized of): what the journal tells, how common each value is in that group, and
-- a place in an order that has nothing to do with the values. `answered`: a fiche of the group is already matched to it.
with answered as (
    select distinct root, saisine from match anti join orphan using (association, compact) where saisine is not null
),
seized as (
    select distinct root, saisine from seizure where root in (select root from told_fiche)
),
valued as (
    select seized.root, saisine, replace(reference, '-', '') as compact, reference, opened_on, terms.convention,
        if(qualite_from_fiche, null, terms.qualite) as qualite, departement, answered.saisine is not null as answered
    from seized join saisine using (saisine) join terms using (saisine) left join answered using (root, saisine)
)
select *,
    count(*) over (partition by root, opened_on) as opened_on_count,
    count(*) over (partition by root, convention) as convention_count,
    count(*) over (partition by root, qualite) as qualite_count,
    count(*) over (partition by root, departement) as departement_count,
    count(convention) over (partition by root) as convention_known,
    count(qualite) over (partition by root) as qualite_known,
    count(departement) over (partition by root) as departement_known,
    count(*) over (partition by root) as block,
    row_number() over (partition by root order by saisine * 2654435761 % 4294967296, saisine) as place
from valued
