-- One row per reference as written by an association on a day: the saisine that its fiches answer, or null, and how that was settled. What people
-- are told of the matching; `compact` is the reference reduced to what is compared.
select distinct association, root, fiche.written, received_on, compact, saisine, how
from answer join fiche using (fiche_id) join written using (fiche_id) join linked using (association)
