-- One row per (saisine, sender) of the saisines on which something is accepted: what the version that counts states as acts
-- (prestation, date, statut, number), in one text. An `accept` about a fiche holds while this is what it was the day it was made (rules §10).
with asked as (
    select latest.saisine, latest.root, fiche.*, if(layout = 'bordereau', '0', '-') as unsaid
    from latest join fiche using (fiche_id)
    where not rival and latest.saisine in (select saisine from decision_in_force where kind = 'accept')
),
spoken as (
    select fiche_group_id, string_agg(concat_ws(' ', upper(nature), day, statut), ';' order by day, nature, statut) as sessions
    from session where fiche_group_id in (select fiche_group_id from asked) group by fiche_group_id
)
select saisine, saisine.reference, root,
    concat_ws(';',
        case issue when 'pris_en_charge' then 'PEC ' || coalesce(date_premier_contact::text, '-')
                   when 'injoignable' then 'CAR ' || coalesce(date_cloture::text, '-') else issue end,
        'nb ' || concat_ws(' ', coalesce(nb_psy::text, unsaid), coalesce(nb_jur::text, unsaid), coalesce(nb_soc::text, unsaid)),
        sessions) as acts
from asked join saisine using (saisine) left join spoken using (fiche_group_id)
