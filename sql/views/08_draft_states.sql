-- One row per draft: what it would pay, whether it is parked, where it is in its life and since when.
CREATE OR REPLACE VIEW draft_states AS
SELECT d.convention, d.quarter, d.cutoff, d.digest, d.status, d.parked, d.line_count, d.total_cents / 100.0 AS total_eur, d.made_at,
    (SELECT max(e.happened_at) FROM draft_events e WHERE e.draft_id = d.draft_id) AS last_step_at
FROM drafts d
