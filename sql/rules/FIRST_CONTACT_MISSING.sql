-- FIRST_CONTACT_MISSING · W
-- La fiche prend en charge sans date de premier contact.
-- W when the first valid session gives the date, B when nothing does: the PEC is then no line.
select first_contact.saisine, last_association as association, if(first_session is null, 'B', 'W') as severity, first_session::text as detail
from first_contact
join span using (saisine, root)
left join holder using (saisine)
where date_premier_contact is null and not (coalesce(holder.is_stated, false) and holder.root <> first_contact.root)
