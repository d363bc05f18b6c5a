-- One row per act whose time bar is before the reception of the first seen version that declares it (rules §7), accepted or not.
-- A version declares a session of the same nature and date, a PEC by `pris_en_charge`, a CAR by `injoignable`, a REO by existing;
-- of the last seized group also the versions of a wrong association that were accepted as its own.
with late as (
    select act.saisine, act.root, prestation, act_date, nth, undated, counting.sender,
        (act_date + to_months(forclusion_mois::int))::date as barred_after
    from act join counting using (saisine, root)
    where not stated_anywhere and (act_date + to_months(forclusion_mois::int))::date < counting.received_on
),
declared as (
    select late.saisine, late.root, late.prestation, late.act_date, late.nth, min(version.received_on) as received_on
    from late
    join saisine on saisine.saisine = late.saisine
    join version on version.saisine = late.saisine and (version.root = late.root or late.root = last_root and not version.seized
        and (version.saisine, version.root) in (select (saisine, root) from accepted where code = 'WRONG_ASSOCIATION'))
    join fiche using (fiche_id)
    where case late.prestation
        when 'PEC' then issue = 'pris_en_charge'
        when 'CAR' then issue = 'injoignable'
        when 'REO' then true
        else layout = 'bordereau' and case late.prestation when 'PSY' then nb_psy when 'JUR' then nb_jur else nb_soc end > 0 and undated
            or layout = 'classeur' and exists (select 1 from session where session.fiche_group_id = fiche.fiche_group_id
                                               and upper(session.nature) = late.prestation and session.day = late.act_date) end
    group by all
)
select late.saisine, late.root, late.sender, late.prestation, late.act_date, late.nth, declared.received_on, barred_after
from late join declared using (saisine, root, prestation, act_date, nth)
where barred_after < declared.received_on
