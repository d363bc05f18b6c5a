-- One row per saisine of a convention opened before the end of the quarter: what a funder's report counts of it, and where (no person, no reference
-- leaves the job that adds them up). `opened` says whether it was opened in the quarter: sessions are those held in it, of any saisine.
-- Its fiche is that of the association that holds the PEC, else of the last seized that sent one.
with told as (
    select counting.saisine, counting.issue, coalesce(counting.memo_de_vie, false) as memo_de_vie, span.is_last
    from counting join span using (saisine, root) left join holder on holder.saisine = counting.saisine and holder.root = counting.root
    qualify row_number() over (partition by counting.saisine order by holder.saisine is not null desc, span.last_turn desc) = 1
),
contact as (
    select first_contact.saisine, first_contact.act_date as day
    from first_contact join holder using (saisine, root) where is_good
),
held as (
    select session_judged.saisine,
        count(*) filter (where prestation = 'PSY' and day >= quarter_start and day < quarter_end) as psy,
        count(*) filter (where prestation = 'JUR' and day >= quarter_start and day < quarter_end) as jur,
        count(*) filter (where prestation = 'SOC' and day >= quarter_start and day < quarter_end) as soc
    from session_judged, parameters where invalid_by is null group by session_judged.saisine
)
select saisine_case.saisine, saisine_case.reference, saisine_case.convention,
    coalesce(saisine_case.departement, association.departement, 'Inconnu') as departement,
    coalesce(saisine_case.qualite, 'autre') as qualite,
    opened_on >= quarter_start as opened,
    told.issue, coalesce(told.memo_de_vie, false) as memo_de_vie,
    if(contact.day is null, null, greatest(contact.day - opened_on, 0)) as delay_days,  -- greatest alone takes 0 for none
    late.saisine is null as in_clause,
    coalesce(psy, 0) as psy, coalesce(jur, 0) as jur, coalesce(soc, 0) as soc,
    case when told.issue is distinct from 'soutien_impossible' then null when not told.is_last then 'redirige'
         when held.saisine is not null then 'suivi' else 'en_attente' end as outcome
from saisine_case
cross join parameters
left join told using (saisine)
left join contact using (saisine)
left join held using (saisine)
left join (select distinct saisine from CONTACT_LATE) as late using (saisine)
left join association on association.code = saisine_case.last_association
where in_scope and saisine_case.convention is not null and last_association is not null
