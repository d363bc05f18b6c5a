-- The lines of a convention add up to what its payees get.
select convention
from (select convention, sum(amount_cents) as cents from line group by convention) as lines
full join (select convention, sum(total_cents) as cents from payee group by convention) as payees using (convention)
where coalesce(lines.cents, 0) <> coalesce(payees.cents, 0)
