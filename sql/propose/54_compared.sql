-- One row per (fiche, saisine) set against each other, never beyond a group of associations, and how each piece of evidence agrees
-- (null: one side does not tell). `kind` is `candidate` for a fiche without a saisine and a saisine without a fiche, opened by the day of
-- reception and not rejected by a person; `true` for a known answer; `other` for a known answer's fiche and four other saisines;
-- `answered` for a fiche without a saisine and up to twenty-five saisines that are answered already.
with rejected as (
    select association, regexp_replace(upper(written), '[^A-Z0-9]', '', 'g') as compact, saisine
    from decision_in_force where kind = 'reject_match'
),
placed as (
    select told, root, saisine, received_on, place, block, 4 as others from told_fiche join seized_value using (root, saisine)
    union all
    select told, root, null, received_on, told * 25, block, 25
    from told_fiche join (select distinct root, block from seized_value) as size using (root) where saisine is null
),
pair as (
    select told, seized_value.saisine, 'candidate' as kind
    from told_fiche join seized_value using (root)
    where told_fiche.saisine is null and not answered and opened_on <= received_on
        and (association, told_fiche.compact, seized_value.saisine) not in (select (association, compact, saisine) from rejected)
    union all
    select told, saisine, 'true' from placed where saisine is not null
    union all
    select told, seized_value.saisine, if(placed.saisine is null, 'answered', 'other')
    from placed
    join range(1, 26) as step(n) on n <= others and n < placed.block
    join seized_value on seized_value.root = placed.root and seized_value.place = (placed.place + n - 1) % placed.block + 1
    where opened_on <= received_on and (answered or placed.saisine is not null)
),
measured as (
    select pair.told, pair.saisine, kind, told_fiche.root, confirmed, right_check, date_saisine, opened_on, first_act, last_day, most,
        told_fiche.convention as told_convention, told_fiche.qualite as told_qualite, told_fiche.departement as told_departement,
        seized_value.convention, seized_value.qualite, seized_value.departement,
        case when told_fiche.saisine is null or confirmed
             then least(damerau_levenshtein(told_fiche.compact, seized_value.compact), damerau_levenshtein(read, seized_value.compact),
                        1 + damerau_levenshtein(unchecked, left(seized_value.compact, 10))) end as distance
    from pair
    join told_fiche using (told)
    join seized_value on seized_value.root = told_fiche.root and seized_value.saisine = pair.saisine
)
select told, saisine, kind, root, confirmed,
    case when right_check then 'well_formed' when distance <= 1 then 'one_error' when distance = 2 then 'two_errors'
         when distance = 3 then 'three_errors' when distance > 3 then 'far' end as reference_level,
    case when date_saisine = opened_on then 'same'
         when abs(date_saisine - opened_on) <= 3 then 'near'
         when day(date_saisine) <= 12 and make_date(year(date_saisine), least(day(date_saisine), 12), month(date_saisine)) = opened_on
         then 'exchanged'
         when date_saisine is not null then 'far' end as date_level,
    case when told_convention = convention then 'same' when told_convention <> convention then 'different' end as convention_level,
    case when told_qualite = qualite then 'same' when told_qualite <> qualite then 'different' end as qualite_level,
    case when told_departement = departement then 'same' when told_departement <> departement then 'different' end as departement_level,
    case when first_act is null and most = 0 then null
         when first_act < opened_on - 1 then 'before'
         when most > greatest((last_day - opened_on) // 7 + 1, 0) then 'too_many'
         else 'fits' end as sessions_level
from measured
