-- One row per payee of a finalised statement: total, what was carried, what is payable, and where its payment stands.
CREATE OR REPLACE VIEW payee_balances AS
SELECT s.number, s.convention, s.quarter, p.payee, p.total_cents / 100.0 AS total_eur, p.carried_in_cents / 100.0 AS carried_in_eur,
    p.payable_cents / 100.0 AS payable_eur, p.carried_out_cents / 100.0 AS carried_out_eur, f.state, f.why, f.changed_at
FROM statement_payees p
JOIN statements s USING (statement_id)
JOIN payee_states f USING (statement_id, payee)
