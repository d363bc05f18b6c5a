-- One row per debt that no later statement can recover and that is not settled: that of the convention's last statement.
CREATE OR REPLACE VIEW orders_to_repay AS
SELECT s.number, s.convention, r.payee, r.amount_cents / 100.0 AS amount_eur, r.why, r.made_at
FROM receivables r
JOIN statements s USING (statement_id)
WHERE r.settled_at IS NULL
    AND s.statement_id = (SELECT max(l.statement_id) FROM statements l WHERE l.convention = s.convention AND l.kind = 'releve')
