-- TIME_BARRED · B
-- L’acte a été déclaré après la forclusion.
-- Counted from the first version that declares it. The line alone.
select late_act.saisine, coalesce(span.last_association, act_reason.association) as association, late_act.prestation || ' ' || late_act.act_date as detail
from late_act
join act_reason using (saisine, root, prestation, act_date, nth)
left join span using (saisine, root)
where act_reason.reason is null or act_reason.reason in ('TIME_BARRED', 'BEFORE_TAKEOVER', 'NO_TARIFF')
