-- BEFORE_TAKEOVER · H
-- L’acte est antérieur à la reprise et n’est sur aucune liste reprise.
-- Not paid until accepted.
select early_act.saisine, coalesce(span.last_association, act_reason.association) as association, early_act.prestation || ' ' || early_act.act_date as detail
from early_act
join act_reason using (saisine, root, prestation, act_date, nth)
left join span using (saisine, root)
where act_reason.reason is null or act_reason.reason in ('BEFORE_TAKEOVER', 'NO_TARIFF')
