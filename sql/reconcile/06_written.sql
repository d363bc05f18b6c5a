-- One row per reference as written by an association on a day of reception, reduced to what is compared (rules §2).
select distinct fiche.association, linked.root, written, received_on,
    regexp_replace(upper(written), '[^A-Z0-9]', '', 'g') as compact
from fiche join linked using (association), parameters
where received_on <= cutoff
