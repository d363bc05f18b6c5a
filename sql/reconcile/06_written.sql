-- One row per fiche received: the reference that it writes, reduced to what is compared (rules §2). `named` is the saisine that bears it in the
-- journal, whose references are right. What has eleven characters without its dashes is one of these as it stands or none of them: it is only
-- looked at more closely when it is none.
with told as (
    select fiche_id, replace(upper(written), '-', '') as undashed from fiche, parameters where received_on <= cutoff
),
looked_up as (
    select fiche_id, if(strlen(undashed) = 11, undashed, regexp_replace(undashed, '[^A-Z0-9]', '', 'g')) as told from told
)
select fiche_id, if(saisine is null, regexp_replace(told, '[^A-Z0-9]', '', 'g'), told) as compact, saisine as named
from looked_up left join saisine on replace(reference, '-', '') = told
