-- One row per (statement, association seized, prestation, kind of line): how many lines and how much. No reference, so nobody is named.
CREATE OR REPLACE VIEW stated_amounts AS
SELECT s.number, s.convention, s.quarter, l.association, l.prestation, l.kind, count(*) AS line_count,
    sum(l.amount_cents) / 100.0 AS amount_eur
FROM statement_lines l JOIN statements s USING (statement_id)
GROUP BY s.number, s.convention, s.quarter, l.association, l.prestation, l.kind
