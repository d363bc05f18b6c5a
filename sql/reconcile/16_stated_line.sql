-- One row per line of any finalised statement, by identity (rules §9): what is stated in all, by which statement last, and whether it was taken back.
select try_cast(substr(reference, 3, 2) || substr(reference, 6, 6) as bigint) as saisine, any_value(reference) as reference,
    convention, stated.association, any_value(linked.root)::word as root, prestation, act_date, nth,
    sum(amount_cents)::bigint as stated_cents,
    min(statement_order) as first_order,
    max(statement_order) as last_order,
    arg_max(statement_number, statement_order)::word as statement_number,
    arg_max(taken_back, statement_order) as taken_back,
    bool_or(undated) as undated
from stated join linked using (association)
group by stated.reference, convention, stated.association, prestation, act_date, nth
