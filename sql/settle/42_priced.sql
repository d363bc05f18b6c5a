-- One row per line that takes part in caps, with its price in cents: the base of its rank and the sum of the uplifts that apply (rules §1, §6).
-- A stated line that stays without being due is worth what is stated; `floor_cents` is what a stated line is never cut below.
with based as (
    select ranked.*, tariff.valid_from, tariff_price.amount_cents as base_cents, cap_count, cap_per, tariff_price.clause,
        urgence and date_premier_contact between opened_on and opened_on + 1 as is_urgent,
        coalesce(association.departement[:2] in ('97', '98'), false) as is_overseas
    from ranked
    left join tariff on tariff.convention = ranked.convention
        and tariff_on >= tariff.valid_from and (tariff.valid_to is null or tariff_on < tariff.valid_to)
    left join tariff_price on tariff_price.convention = tariff.convention and tariff_price.valid_from = tariff.valid_from
        and tariff_price.prestation = ranked.prestation and rank >= rank_from and (rank_to is null or rank <= rank_to)
    left join (select saisine, opened_on from saisine_case) as opened using (saisine)
    left join (select saisine, root, date_premier_contact from counting) as counting using (saisine, root)
    left join association on association.code = ranked.association
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
)
select based.*, coalesce(uplift.pct_e4, 0)::bigint as pct_e4, coalesce(stated_cents, 0) as stated_cents, statement_number,
    if(is_due, sign(base_cents * (1000000 + uplift.pct_e4)) * ((2 * abs(base_cents * (1000000 + uplift.pct_e4)) + 1000000) // 2000000),
       stated_cents)::bigint as price_cents,
    if(is_stated, least(price_cents, stated_cents), 0)::bigint as floor_cents
from based
left join uplift on uplift.convention = based.convention and uplift.valid_from is not distinct from based.valid_from
    and uplift.prestation = based.prestation and uplift.is_urgent is not distinct from based.is_urgent and uplift.is_overseas = based.is_overseas
    and uplift.mode is not distinct from based.mode and uplift.undated is not distinct from based.undated
    and uplift.qualite is not distinct from based.qualite
left join stated_line on stated_line.saisine = based.saisine and stated_line.convention = based.convention
    and stated_line.association = based.association and stated_line.prestation = based.prestation
    and stated_line.act_date = based.act_date and stated_line.nth = based.nth
