-- One row per saisine of which nothing new is paid, because of a code of rules §5 that no decision lifts.
with raised as (
    select saisine, 'CONVENTION_NOT_IN_FORCE' as code from CONVENTION_NOT_IN_FORCE
    union all select saisine, 'UNKNOWN_CONVENTION' from UNKNOWN_CONVENTION
    union all select saisine, 'INELIGIBLE_BENEFICIARY' from INELIGIBLE_BENEFICIARY
    union all select saisine, 'QUALITE_UNKNOWN' from QUALITE_UNKNOWN
    union all select saisine, 'UNKNOWN_ASSOCIATION' from UNKNOWN_ASSOCIATION
    union all select saisine, 'INACTIVE_ASSOCIATION' from INACTIVE_ASSOCIATION
    union all select saisine, 'TARIFF_GAP' from TARIFF_GAP
    union all select saisine, 'DISPUTED' from DISPUTED
)
select distinct saisine from raised anti join (select saisine, code from accepted where root is null) using (saisine, code)
