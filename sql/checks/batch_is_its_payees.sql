-- A batch pays each of its payees all that the statement makes payable, and its control sum is what they are paid.
with sent as (
    select batch_id, sum(amount_cents) as cents, count(*) as transfers, bool_or(amount_cents <> coalesce(payable_cents, 0)) as wrong
    from payment_item left join statement_payee using (statement_id, payee) group by batch_id
)
select batch_id
from payment_batch left join sent using (batch_id)
where total_cents <> coalesce(cents, 0) or item_count <> coalesce(transfers, 0) or coalesce(wrong, true)
