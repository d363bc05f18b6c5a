-- One row per (saisine, seized group): the fiche that counts (rules §4) and why it is set aside, if it is (rules §5).
-- An accepted WRONG_ASSOCIATION makes the fiche the last seized association's; `sender` keeps who sent it.
with owned as (
    select version.* exclude (seized), version.root as sender, saisine.last_root as owner
    from version join saisine using (saisine)
    join accepted on accepted.saisine = version.saisine and accepted.root = version.root and accepted.code = 'WRONG_ASSOCIATION'
    where not version.seized
),
adopted as (
    select saisine, owner as root, sender, version, received_on, fiche_id, content from owned
    union all
    select saisine, root, root, version, received_on, fiche_id, content
    from version where seized and (saisine, root) in (select (saisine, owner) from owned)
),
adopted_latest as (
    select saisine, root, sender, version, received_on, fiche_id,
        count(*) over (partition by saisine, root, version, received_on) > 1 as rival,
        count(*) over (partition by saisine, root, version) > 1 as revised
    from adopted
    qualify row_number() over (partition by saisine, root order by version desc, received_on desc, sender, content) = 1
),
counts as (
    select saisine, root, root as sender, version, received_on, fiche_id, rival, revised
    from latest anti join adopted using (saisine, root) where seized
    union all
    select saisine, root, sender, version, received_on, fiche_id, rival, revised from adopted_latest
),
talking as (
    select distinct fiche_group_id from session
    where statut = 'honore' and fiche_group_id in (select fiche_group_id from fiche where issue = 'injoignable')
),
worded as (
    select counts.*, fiche.* exclude (fiche_id, version, received_on, association, written, date_saisine, departement, delivery_id, sheet, row_number),
        case when rival then 'RIVAL_VERSIONS'
             when fiche.issue = 'injoignable' and (
                 layout = 'bordereau' and coalesce(nb_psy, 0) + coalesce(nb_jur, 0) + coalesce(nb_soc, 0) > 0
                 or layout = 'classeur' and fiche_group_id in (from talking))
             then 'NO_SHOW_AND_SESSIONS' end as flaw
    from counts join fiche using (fiche_id)
)
select worded.*,
    flaw is not null and accepted.code is null as aside
from worded
left join (select distinct saisine, root, code from accepted) as accepted
    on accepted.saisine = worded.saisine and accepted.root = worded.sender and accepted.code = worded.flaw
