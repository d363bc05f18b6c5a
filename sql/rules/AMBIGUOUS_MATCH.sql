-- AMBIGUOUS_MATCH · B
-- La référence écrite peut désigner plusieurs saisines, ou une saisine déjà renseignée par une fiche exacte.
-- One repair leads to several saisines, or to one that an exact fiche already answers.
select distinct null::bigint as saisine, association, written, null as detail
from answer join fiche using (fiche_id) where how = 'ambiguous'
