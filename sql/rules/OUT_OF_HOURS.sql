-- OUT_OF_HOURS · I
-- L’appel qui ouvre la saisine est hors des heures de la ligne.
-- Only where the line that was dialled is known.
select distinct saisine.saisine, last_association as association, opened_time as detail
from saisine
join convention_line as line on line.numero = numero_appele and opened_on between line.du and coalesce(line.au, date '9999-12-31')
where line.de is not null and opened_time is not null
group by saisine.saisine, last_association, opened_time
having not bool_or(opened_time[:5] >= line.de and opened_time[:5] < line.a)
