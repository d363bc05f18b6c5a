-- One row per saisine, as the journal tells it (rules §3), before conventions, fiches and decisions on its terms.
-- The first row opens it; of what the others bring, the last that is given holds: only those told more than twice need any order.
with opening as (
    select saisine, reference, debut_on as opened_on, debut_at as opened_at, id_appel as opened_by, numero_appele, debut_time as opened_time,
        urgence, beneficiaire, qualite, departement, convention
    from journal_row where n = 1
),
told_often as (
    select saisine from journal_row where n = 3
),
later as (
    select saisine, urgence, nullif(beneficiaire, '') as beneficiaire, nullif(qualite, '')::word as qualite,
        nullif(departement, '')::word as departement, nullif(convention, '')::word as convention
    from journal_row anti join told_often using (saisine) where n = 2
    union all
    select saisine, bool_or(urgence) as urgence,
        arg_max(beneficiaire, n) filter (beneficiaire <> '') as beneficiaire,
        arg_max(qualite, n) filter (qualite <> '') as qualite,
        arg_max(departement, n) filter (departement <> '') as departement,
        arg_max(convention, n) filter (convention <> '') as convention
    from journal_row semi join told_often using (saisine) where n > 1 group by saisine
),
party as (
    select saisine,
        arg_min(association, turn)::word as first_association,
        arg_max(association, turn)::word as last_association,
        arg_max(root, turn)::word as last_root,
        count(distinct root) as roots
    from seizure where not (turn = 1 and is_last) group by saisine
    union all
    select saisine, association, association, root, 1 from seizure where turn = 1 and is_last
)
select saisine, reference, opened_on, opened_at, opened_by, numero_appele, opened_time,
    coalesce(opening.urgence, false) or coalesce(later.urgence, false) as urgence,
    coalesce(later.beneficiaire, nullif(opening.beneficiaire, '')) as beneficiaire,
    coalesce(later.qualite, nullif(opening.qualite, ''))::word as journal_qualite,
    coalesce(later.departement, nullif(opening.departement, ''))::word as departement,
    coalesce(later.convention, nullif(opening.convention, ''))::word as given_convention,
    first_association, last_association, last_root, roots,
    coalesce(association.departement[:2] in ('97', '98'), false) as first_overseas
from opening left join later using (saisine) left join party using (saisine) left join association on association.code = first_association
