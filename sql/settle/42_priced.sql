-- One row per line that takes part in caps, with its price in cents: the base of its rank and the sum of the uplifts that apply (rules §1, §6).
-- A stated line that stays without being due is worth what is stated; `floor_cents` is what a stated line is never cut below.
-- `beneficiaire` is told only of prestations that are counted by person under some version (`by_person`).
with based as (
    select ranked.* exclude (heure, row_number, tariff_on, stated_cents), coalesce(stated_cents, 0) as stated_cents,
        tariff.valid_from, tariff_price.amount_cents as base_cents, cap_count, cap_per, tariff_price.clause,
        association in (select code from association where departement[:2] in ('97', '98')) as is_overseas,
        (ranked.convention, ranked.prestation) in (select (convention, prestation) from tariff_price where cap_per = 'beneficiaire_annee') as by_person
    from ranked
    left join tariff on tariff.convention = ranked.convention
        and tariff_on >= tariff.valid_from and (tariff.valid_to is null or tariff_on < tariff.valid_to)
    left join tariff_price on tariff_price.convention = tariff.convention and tariff_price.valid_from = tariff.valid_from
        and tariff_price.prestation = ranked.prestation and rank >= rank_from and (rank_to is null or rank <= rank_to)
),
circumstance as (
    select distinct convention, valid_from, prestation, is_urgent, is_overseas, mode, undated, qualite from based where is_due
),
uplift as (
    select circumstance.*,
        coalesce(sum(pct_e4) filter (where kind = 'urgence' and is_urgent or kind = 'outre_mer' and is_overseas
                                     or kind = 'qualite' and value = circumstance.qualite or kind = 'mode' and value = mode and not undated), 0)
        + coalesce(min(pct_e4) filter (where kind = 'mode' and undated and pct_e4 < 0), 0) as pct_e4
    from circumstance
    left join tariff_uplift using (convention, valid_from, prestation)
    group by all
),
named as (
    select saisine, beneficiaire from saisine_case where saisine in (select saisine from based where by_person)
)
select based.*, named.beneficiaire, coalesce(uplift.pct_e4, 0)::bigint as pct_e4,
    if(is_due, sign(base_cents * (1000000 + uplift.pct_e4)) * ((2 * abs(base_cents * (1000000 + uplift.pct_e4)) + 1000000) // 2000000),
       stated_cents)::bigint as price_cents,
    if(is_stated, least(price_cents, stated_cents), 0)::bigint as floor_cents
from based
left join uplift on uplift.convention = based.convention and uplift.valid_from is not distinct from based.valid_from
    and uplift.prestation = based.prestation and uplift.is_urgent is not distinct from based.is_urgent and uplift.is_overseas = based.is_overseas
    and uplift.mode is not distinct from based.mode and uplift.undated is not distinct from based.undated
    and uplift.qualite is not distinct from based.qualite
left join named on named.saisine = based.saisine and by_person
