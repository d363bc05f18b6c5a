-- FIRST_CONTACT_BEFORE_SAISINE · B
-- Le premier contact est daté d’avant la saisine.
-- One day of tolerance overseas. The PEC is no line, unless accepted.
select first_contact.saisine, last_association as association, date_premier_contact::text as detail
from first_contact
join span using (saisine, root)
left join holder using (saisine)
where is_early and not (coalesce(holder.is_stated, false) and holder.root <> first_contact.root)
