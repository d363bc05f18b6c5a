-- Total and balance carried in are paid, or carried out when negative; never both.
select convention, payee
from payee
where total_cents + carried_in_cents <> payable_cents + carried_out_cents or payable_cents < 0 or carried_out_cents > 0
   or payable_cents <> 0 and carried_out_cents <> 0
