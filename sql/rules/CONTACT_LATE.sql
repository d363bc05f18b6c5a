-- CONTACT_LATE · W
-- Le premier contact est venu après le délai de la convention.
-- Working days of the association's département, public holidays left out.
with asked as (
    select first_contact.saisine, span.last_association, date_premier_contact, opened_on, premier_contact_jours, coalesce(association.departement, '75') as departement
    from first_contact
    join span using (saisine, root)
    join saisine_case using (saisine)
    left join association on association.code = first_contact.association
    left join holder using (saisine)
    where not (coalesce(holder.is_stated, false) and holder.root <> first_contact.root) and date_premier_contact > opened_on + premier_contact_jours::int
),
calendar as (
    select departement, day::date as day,
        sum((isodow(day) < 6 and (departement, day::date) not in (select (departement, day) from holiday))::int) over (partition by departement order by day) as worked
    from (select distinct departement from asked),
        unnest(generate_series((select min(opened_on) from asked), (select max(date_premier_contact) from asked), interval 1 day)) as t(day)
)
select asked.saisine, last_association as association, date_premier_contact::text as detail
from asked
join calendar as opened on opened.departement = asked.departement and opened.day = asked.opened_on
join calendar as before_contact on before_contact.departement = asked.departement and before_contact.day = asked.date_premier_contact - 1
where before_contact.worked - opened.worked >= premier_contact_jours
