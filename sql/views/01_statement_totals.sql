-- One row per finalised statement or take-over: what it states, at what cutoff, who finalised it. Amounts in euros, for dashboards.
CREATE OR REPLACE VIEW statement_totals AS
SELECT s.number, s.kind, s.convention, s.quarter, s.cutoff, s.finalised_on, s.finalised_by, s.line_count, s.payee_count,
    s.not_paid_count, s.total_cents / 100.0 AS total_eur
FROM statements s
