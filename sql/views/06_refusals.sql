-- One row per (origin, kind of row, code): how many rows were refused, and how many still wait for a correction.
CREATE OR REPLACE VIEW refusals AS
SELECT d.origin, r.kind, c.code, count(*) AS refused_count,
    count(*) FILTER (WHERE o.refused_row_id IS NULL) AS waiting_count, max(d.received_on) AS last_received_on
FROM refused_rows r
JOIN deliveries d USING (delivery_id)
CROSS JOIN LATERAL unnest(r.codes) AS c (code)
LEFT JOIN refused_row_outcomes o USING (refused_row_id)
WHERE d.status <> 'withdrawn'
GROUP BY d.origin, r.kind, c.code
