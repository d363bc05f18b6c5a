-- One row per association last seized of a saisine opened before the end of the quarter: how many fiches are expected of it, how many came, how many
-- are still awaited (those past their time bar no longer are), since when the oldest is, until when (its time bar). What it owes, and its rate of return.
select last_association as association, count(*) as expected,
    count(*) filter (where answered.saisine is not null) as returned,
    count(lacking.saisine) as awaited,
    min(opened_on) filter (where lacking.saisine is not null) as awaited_since,
    min((opened_on + to_months(forclusion_mois::int))::date) filter (where lacking.saisine is not null) as awaited_until
from saisine_case
left join (select distinct saisine from counting) as answered using (saisine)
left join MISSING_FICHE as lacking using (saisine)
where in_scope and last_association is not null
group by last_association
