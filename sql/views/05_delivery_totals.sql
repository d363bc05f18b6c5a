-- One row per delivery: its control totals and what remains unexplained, which is zero. No file name: people write names there.
CREATE OR REPLACE VIEW delivery_totals AS
SELECT d.delivery_id, d.kind, d.origin, d.layout, d.received_on, d.received_how, d.status, d.recorded_at, d.rows_read, d.rows_accepted,
    d.rows_rejected, d.rows_duplicate, d.rows_ignored,
    d.rows_read - d.rows_accepted - d.rows_rejected - d.rows_duplicate - d.rows_ignored AS rows_unexplained
FROM deliveries d
