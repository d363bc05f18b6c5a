-- One row per line that takes part in caps, with its price in cents: the base of its rank and the sum of the uplifts that apply (rules §1, §6).
-- A stated line that stays without being due is worth what is stated; `floor_cents` is what a stated line is never cut below.
-- `beneficiaire` is told only of prestations that are counted by person under some version (`by_person`).
with uplift as (
    select convention, valid_from, prestation,
        sum(pct_e4) filter (where kind = 'urgence')::bigint as urgent_e4,
        sum(pct_e4) filter (where kind = 'outre_mer')::bigint as overseas_e4,
        min(pct_e4) filter (where kind = 'mode' and pct_e4 < 0) as undated_e4
    from tariff_uplift group by all
),
uplift_of as (
    select convention, valid_from, prestation, kind, value, sum(pct_e4)::bigint as value_e4
    from tariff_uplift where kind in ('mode', 'qualite') group by all
),
counted_by_person as (
    select distinct convention, prestation, true as by_person from tariff_price where cap_per = 'beneficiaire_annee'
),
person as (
    select saisine, beneficiaire from saisine_case
    where saisine in (select saisine from taking_part semi join counted_by_person using (convention, prestation))
),
based as (
    select part.* exclude (tariff_on, stated_cents), coalesce(stated_cents, 0) as stated_cents,
        tariff.valid_from, tariff_price.amount_cents as base_cents, cap_count, cap_per, tariff_price.clause,
        association in (select code from association where departement[:2] in ('97', '98')) as is_overseas,
        coalesce(by_person, false) as by_person
    from taking_part as part
    left join session_rank using (line_id)
    left join counted_by_person using (convention, prestation)
    left join tariff on tariff.convention = part.convention
        and tariff_on >= tariff.valid_from and (tariff.valid_to is null or tariff_on < tariff.valid_to)
    left join tariff_price on tariff_price.convention = tariff.convention and tariff_price.valid_from = tariff.valid_from
        and tariff_price.prestation = part.prestation and coalesce(rank, 1) >= rank_from and (rank_to is null or coalesce(rank, 1) <= rank_to)
)
select based.*, person.beneficiaire,
    if(is_due, if(is_urgent, coalesce(urgent_e4, 0), 0) + if(is_overseas, coalesce(overseas_e4, 0), 0)
        + if(undated, coalesce(undated_e4, 0), coalesce(of_mode.value_e4, 0)) + coalesce(of_qualite.value_e4, 0), 0)::bigint as pct_e4,
    if(is_due, sign(base_cents * (1000000 + pct_e4)) * ((2 * abs(base_cents * (1000000 + pct_e4)) + 1000000) // 2000000),
       stated_cents)::bigint as price_cents,
    if(is_stated, least(price_cents, stated_cents), 0)::bigint as floor_cents
from based
left join uplift using (convention, valid_from, prestation)
left join uplift_of as of_mode on of_mode.convention = based.convention and of_mode.valid_from = based.valid_from
    and of_mode.prestation = based.prestation and of_mode.kind = 'mode' and of_mode.value = based.mode
left join uplift_of as of_qualite on of_qualite.convention = based.convention and of_qualite.valid_from = based.valid_from
    and of_qualite.prestation = based.prestation and of_qualite.kind = 'qualite' and of_qualite.value = based.qualite
left join person on person.saisine = based.saisine and by_person
