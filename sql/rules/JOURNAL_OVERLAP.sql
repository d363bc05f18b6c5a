-- JOURNAL_OVERLAP · I
-- Le même appel a été reçu deux fois avec un contenu différent : le dernier reçu fait foi.
-- W when a field that rates changed: the beginning, the line, the reference, convention, association, qualité, urgency or person.
with repeated as (
    select id_appel from contact, parameters where received_on <= cutoff group by id_appel having count(*) > 1
),
told as (
    select id_appel, arg_max(reference, (received_on, sha256, row_number)) as reference,
        count(distinct concat_ws('|', coalesce(reference, ''), debut_at, coalesce(numero_appele, ''), coalesce(convention, ''),
            coalesce(association, ''), coalesce(qualite, ''), coalesce(urgence, false), coalesce(beneficiaire, ''))) > 1 as rates
    from contact semi join repeated using (id_appel), parameters where received_on <= cutoff
    group by id_appel
    having count(distinct concat_ws('|', coalesce(reference, ''), debut_at, coalesce(duree_s, -1), canal, statut, coalesce(numero_appele, ''),
        suite, coalesce(convention, ''), coalesce(association, ''), coalesce(qualite, ''), coalesce(departement, ''), urgence, coalesce(beneficiaire, ''))) > 1
)
select saisine.saisine, last_association as association, if(rates, 'W', 'I') as severity, id_appel as detail
from told join saisine using (reference)
