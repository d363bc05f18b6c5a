-- One row per reference as written by an association on a day of reception, reduced to what is compared (rules §2). `named` is the saisine that
-- bears it in the journal, whose references are right.
with told as (
    select distinct association, written, received_on from fiche, parameters where received_on <= cutoff
),
reduced as (
    select association, linked.root, written, received_on, regexp_replace(upper(written), '[^A-Z0-9]', '', 'g') as compact
    from told join linked using (association)
)
select reduced.*, saisine.saisine as named
from reduced left join saisine on replace(reference, '-', '') = compact
