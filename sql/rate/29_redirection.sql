-- One row per REO due (rules §6): a seized group that does not hold the PEC, whose fiche is `pris_en_charge` while another holds it,
-- or that is not the last seized and made an attempt.
select counting.saisine, counting.root, span.last_association as association, coalesce(date_cloture, span.last_day) as act_date
from counting
join span using (saisine, root)
left join holder using (saisine)
where not aside and holder.root is distinct from counting.root
  and (issue = 'pris_en_charge' and holder.saisine is not null or not span.is_last and coalesce(tentatives, 0) >= 1)
