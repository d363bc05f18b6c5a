-- FICHE_WITHOUT_SAISINE · B
-- La référence écrite ne correspond à aucune saisine connue.
-- No saisine is reached, exactly or by one repair, or a person rejected the one that was.
select distinct null::bigint as saisine, association, written, null as detail
from answer join fiche using (fiche_id) where saisine is null and how <> 'ambiguous'
