-- One row per version of a fiche: what a sending association (and those linked to it) told of a saisine, under one version number, with one content,
-- received when first received (rules §4). `fiche_id` is the row that told it first; `seized` says whether the sender was ever seized.
-- `alone`: the sender told nothing else of that saisine. Contents are compared where a number was told more than once.
with told as (
    select saisine, root, version, received_on, fiche_id
    from fiche join answer using (fiche_id) join linked using (association) where saisine is not null
),
retold as (
    select saisine, root from told group by all having count(*) > 1
),
several as (
    select *, count(*) over (partition by saisine, root, version) > 1 as is_repeated from told semi join retold using (saisine, root)
),
repeated as (
    select fiche.*, several.saisine, root, how from several join fiche using (fiche_id) join answer using (fiche_id) where is_repeated
),
spoken as (
    select fiche_group_id, string_agg(concat_ws('/', day, coalesce(heure, ''), nature, mode, statut), ' '
                                      order by day, heure nulls first, nature, mode, statut) as sessions
    from session
    where fiche_group_id in (select fiche_group_id from repeated)
    group by fiche_group_id
),
compared as (
    select repeated.*, md5(concat_ws('|', layout, coalesce(convention, ''), coalesce(qualite, ''), coalesce(departement, ''),
        coalesce(date_saisine::text, ''), coalesce(tentatives, -1), coalesce(date_premier_contact::text, ''), issue,
        coalesce(nb_psy, -1), coalesce(nb_jur, -1), coalesce(nb_soc, -1), coalesce(memo_de_vie::text, ''), coalesce(date_cloture::text, ''),
        coalesce(date_signature::text, ''), coalesce(sessions, ''))) as content
    from repeated left join spoken using (fiche_group_id)
),
kept as (
    select saisine, root, version, '' as content, received_on, fiche_id, true as alone from told anti join retold using (saisine, root)
    union all
    select saisine, root, version, '', received_on, fiche_id, false from several where not is_repeated
    union all
    select saisine, root, version, content, received_on, fiche_id, false from compared
    qualify row_number() over (partition by saisine, root, version, content order by received_on, how, written, fiche_id) = 1
)
select kept.*, seized.root is not null as seized
from kept left join span as seized using (saisine, root)
