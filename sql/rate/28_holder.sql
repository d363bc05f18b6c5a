-- One row per saisine whose PEC is due or stated (rules §6): who holds it. It stays with the association for which it is stated as long as its fiche
-- does not count with another issue; else the first association in order of seizure with a good date.
-- `is_due` is false when the holder's fiche is missing or set aside: the PEC stays stated, and is nobody else's.
with stated_pec as (
    select line.saisine, line.association, line.root, line.act_date, counting.issue is not null as is_due,
        row_number() over (partition by line.saisine order by counting.issue is null, first_turn nulls last, line.last_order desc, line.convention) as rank
    from stated_line as line
    join saisine_case using (saisine)
    left join counting on counting.saisine = line.saisine and counting.root = line.root and not counting.aside
    left join span on span.saisine = line.saisine and span.root = line.root
    where line.prestation = 'PEC' and not line.taken_back
      and (counting.issue = 'pris_en_charge' or counting.issue is null and (line.convention = saisine_case.convention or not convention_moved))
),
kept as (
    select saisine, association, root, act_date, is_due from stated_pec where rank = 1
),
found as (
    select saisine, arg_min(association, first_turn) as association, arg_min(root, first_turn) as root, arg_min(act_date, first_turn) as act_date
    from first_contact where is_good and saisine not in (select saisine from kept) group by saisine
)
select *, true as is_stated from kept
union all
select *, true as is_due, false as is_stated from found
