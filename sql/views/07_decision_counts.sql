-- One row per (kind, code, month): how many decisions were made. No reference, author or reason.
CREATE OR REPLACE VIEW decision_counts AS
SELECT kind, code, date_trunc('month', decided_at AT TIME ZONE 'Europe/Paris')::date AS month, count(*) AS decision_count
FROM decisions
GROUP BY kind, code, month
