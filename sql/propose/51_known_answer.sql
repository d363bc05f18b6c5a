-- One row per fiche whose saisine is known for certain: confirmed by a person, or exact. From these the weights are learnt.
-- All the confirmed ones; of the exact ones a spread sample, the same whatever the order of the rows.
with known as (
    select association, root, compact, written, received_on, saisine, how = 'decided' as confirmed,
        saisine * 2654435761 % 4294967296 as spread
    from match where saisine is not null and how in ('decided', 'exact')
),
certain as (
    select known.* from known semi join seizure using (root, saisine)
    qualify row_number() over (partition by association, compact order by received_on desc, written) = 1
)
select association, root, compact, written, received_on, saisine, confirmed from certain where confirmed
union all
(select association, root, compact, written, received_on, saisine, confirmed from certain where not confirmed
 order by spread, saisine, association, compact limit 5000)
