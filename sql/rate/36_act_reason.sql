-- One row per act with the first reason not to pay it, before caps (rules §8), null when none.
with lifted as (
    select distinct accepted.saisine, counting.root, code
    from accepted join counting on counting.saisine = accepted.saisine and counting.sender = accepted.root
    where code in ('TIME_BARRED', 'BEFORE_TAKEOVER')
),
barred as (
    select saisine, root, prestation, act_date, nth from late_act anti join (select saisine, root from lifted where code = 'TIME_BARRED') using (saisine, root)
),
earlier as (
    select saisine, root, prestation, act_date, nth
    from early_act anti join (select saisine, root from lifted where code = 'BEFORE_TAKEOVER') using (saisine, root)
),
doubled as (
    select saisine from DUPLICATE_SAISINE where saisine not in (select saisine from accepted where code = 'DUPLICATE_SAISINE')
),
refused as (
    select saisine from decision_in_force where kind = 'refuse'
),
priced as (
    select distinct tariff.convention, tariff.valid_from, tariff.valid_to, prestation
    from tariff join tariff_price using (convention, valid_from)
)
select act.*,
    case when invalid_by is not null then invalid_by
         when prestation = 'PEC' and act.saisine in (select saisine from doubled) then 'DUPLICATE_SAISINE'
         when surplus_by is not null then surplus_by
         when elsewhere then 'SESSION_ELSEWHERE'
         when act.saisine in (select saisine from refused) then 'REFUSED'
         when covered.saisine is not null then 'STATED_ACT_DROPPED'
         when barred.saisine is not null then 'TIME_BARRED'
         when earlier.saisine is not null then 'BEFORE_TAKEOVER'
         when priced.prestation is null then 'NO_TARIFF' end as reason
from act
left join covered using (saisine, root, prestation, act_date, nth)
left join barred using (saisine, root, prestation, act_date, nth)
left join earlier using (saisine, root, prestation, act_date, nth)
left join priced on priced.convention = act.convention and priced.prestation = act.prestation
    and tariff_on >= priced.valid_from and (priced.valid_to is null or tariff_on < priced.valid_to)
