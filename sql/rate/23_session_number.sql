-- One row per (saisine, group, nature) whose number of sessions is limited by what was declared (rules §6): in a classeur the declared number when it
-- differs from the dated sessions `honore` (`code` SESSION_COUNT_MISMATCH), in a bordereau the weeks begun (`code` SESSIONS_UNDATED).
with held as (
    select counting.saisine, counting.root, layout, nb_psy, nb_jur, nb_soc,
        datediff('day', span.last_day, coalesce(date_cloture, received_on)) as days
    from counting join span using (saisine, root) where not aside
),
declared as (
    select * replace (prestation::prestation as prestation) from (
        unpivot (select saisine, root, layout, days, nb_psy as PSY, nb_jur as JUR, nb_soc as SOC from held)
        on PSY, JUR, SOC into name prestation value declared)
),
written as (
    select saisine, root, prestation, count(*) as written from told_session where statut = 'honore' and not undated group by all
)
select saisine, root, prestation, declared, coalesce(written, 0) as written,
    if(layout = 'classeur', 'SESSION_COUNT_MISMATCH', 'SESSIONS_UNDATED') as code,
    if(layout = 'classeur', declared, if(days < 0, 0, days // 7 + 1)) as payable
from declared left join written using (saisine, root, prestation)
where layout = 'bordereau' or declared <> coalesce(written, 0)
