-- Statement total + carried in = what stands in batches + what is excluded + what is carried out: each payee is in one batch that
-- was not returned, or excluded with nothing to pay, waiting, or paid apart.
with sent as (
    select statement_id, payee, sum(amount_cents) as sent_cents, count(*) as transfers
    from payment_item where state <> 'rejete' group by all
),
placed as (
    select statement_payee.*, coalesce(sent_cents, 0) as in_batches, coalesce(transfers, 0) as transfers,
        if(sent.payee is null, payable_cents, 0) as excluded
    from statement_payee left join sent using (statement_id, payee)
)
select statement_id
from placed
group by statement_id
having sum(total_cents + carried_in_cents) <> sum(in_batches + excluded + carried_out_cents)
    or bool_or(transfers > 1)
    or bool_or(transfers = 1 and state not in ('transmis', 'paye'))
    or bool_or(transfers = 0 and state = 'transmis')
