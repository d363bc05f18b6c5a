-- One row per (saisine, sender) of the saisines on which something is accepted: what the version that counts states as acts
-- (prestation, date, statut, number), in one text. An `accept` about a fiche holds while this is what it was the day it was made (rules §10).
with asked as (
    select latest.saisine, latest.root, fiche.*
    from latest join fiche using (fiche_id)
    where latest.saisine in (select saisine from decision_in_force where kind = 'accept')
),
spoken as (
    select fiche_group_id, string_agg(concat_ws(' ', upper(nature), day, coalesce(heure, '-'), statut), ';'
                                      order by day, heure nulls first, nature, statut) as sessions
    from session where fiche_group_id in (select fiche_group_id from asked) group by fiche_group_id
)
select saisine, saisine.reference, root,
    concat_ws(';', layout,
        case issue when 'pris_en_charge' then 'PEC ' || coalesce(date_premier_contact::text, '-')
                   when 'injoignable' then 'CAR ' || coalesce(date_cloture::text, '-') else issue end,
        'nb ' || concat_ws(' ', coalesce(nb_psy::text, '-'), coalesce(nb_jur::text, '-'), coalesce(nb_soc::text, '-')),
        sessions) as acts
from asked join saisine using (saisine) left join spoken using (fiche_group_id)
