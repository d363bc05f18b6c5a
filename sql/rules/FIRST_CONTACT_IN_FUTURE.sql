-- FIRST_CONTACT_IN_FUTURE · B
-- Le premier contact est daté d’après la réception de la fiche.
-- The PEC is no line, unless accepted.
select first_contact.saisine, last_association as association, date_premier_contact::text as detail
from first_contact
join span using (saisine, root)
left join holder using (saisine)
where is_late and not (coalesce(holder.is_stated, false) and holder.root <> first_contact.root)
