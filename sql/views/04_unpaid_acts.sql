-- One row per (statement, prestation, reason): how many acts were listed as not paid.
CREATE OR REPLACE VIEW unpaid_acts AS
SELECT s.number, s.convention, s.quarter, n.prestation, n.reason, count(*) AS act_count
FROM statement_not_paid n JOIN statements s USING (statement_id)
GROUP BY s.number, s.convention, s.quarter, n.prestation, n.reason
