-- One row per saisine whose PEC is due or stated (rules §6): who holds it. It stays with the association for which it is stated as long as its fiche
-- does not count with another issue; else the first association in order of seizure with a good date.
-- `is_due` is false when nothing takes the stated PEC back though its fiche does not say it: it stays, and is nobody else's.
with stated_pec as (
    select line.saisine, line.association, line.root, line.act_date,
        coalesce(issue = 'pris_en_charge' and not aside, false) as is_due,
        line.saisine in (select saisine from decision_in_force where kind = 'refuse')
            or line.convention <> saisine_case.convention and convention_moved as is_ended,
        line.saisine not in (select saisine from blocked) and span.saisine is not null and not coalesce(aside, false)
            and (issue is not null or (line.saisine, line.root) in (select (saisine, root) from dropped_accepted)) as is_denied,
        row_number() over (partition by line.saisine order by is_due desc, first_turn nulls last, line.last_order desc, line.convention) as rank
    from stated_line as line
    join saisine_case using (saisine)
    cross join parameters
    left join counting on counting.saisine = line.saisine and counting.root = line.root
    left join span on span.saisine = line.saisine and span.root = line.root
    where line.prestation = 'PEC' and not line.taken_back
    qualify is_due or line.act_date >= quarter_end or not coalesce(is_ended or is_denied, false)
),
kept as (
    select saisine, association, root, act_date, is_due from stated_pec qualify row_number() over (partition by saisine order by rank) = 1
),
found as (
    select saisine, arg_min(association, first_turn) as association, arg_min(root, first_turn) as root, arg_min(act_date, first_turn) as act_date
    from first_contact where is_good and saisine not in (select saisine from kept) group by saisine
)
select *, true as is_stated from kept
union all
select *, true as is_due, false as is_stated from found
