-- One row per line of the draft (rules §9), for all conventions: what is due and was never stated, and the signed differences on what was.
-- `taken_back` marks a line that ends what was stated; it brings its `reference`, since the journal may not know its saisine.
with due as (
    select saisine, convention, association, prestation, act_date, nth,
        case when was_stated then 'regularisation' when act_date >= quarter_start then 'courant' else 'rattrapage' end as kind,
        base_cents, pct_e4, paid_cents - if(was_stated, stated_cents, 0) as amount_cents, clause,
        if(was_stated, statement_number, null) as corrects, false as taken_back, undated, qualite,
        if(was_stated, amount_cents <> 0, consumes) as is_told
    from paid cross join parameters
    where is_due
),
back as (
    select saisine, reference, convention, association, prestation, act_date, nth, 'regularisation' as kind, 0 as base_cents, 0 as pct_e4,
        -stated_cents as amount_cents, null as clause, statement_number as corrects, true as taken_back, undated, null as qualite
    from fate where fate = 'taken_back'
)
select * exclude (is_told) from due where is_told
union all by name
select * from back where amount_cents <> 0
