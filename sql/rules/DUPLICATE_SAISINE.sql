-- DUPLICATE_SAISINE · W
-- La même personne a déjà une saisine ouverte dans les trente jours précédents : sa prise en charge n’est pas payée deux fois.
-- Whatever becomes of the earlier one, and under any convention.
select saisine, last_association as association, earlier as detail from (
    select saisine, last_association, opened_on,
        lag(opened_on) over person as earlier_on, lag(reference) over person as earlier
    from saisine where beneficiaire in (select beneficiaire from saisine group by all having count(*) > 1)
    window person as (partition by beneficiaire order by opened_at, opened_by, saisine))
where earlier_on >= opened_on - 30
