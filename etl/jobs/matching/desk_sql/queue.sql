-- One row per discrepancy that somebody may look at: since when, and the euros that a decision on its saisine could move.
-- `stake_cents`: of the whole saisine, were all that can be accepted of it accepted; null where no decision of acceptance exists.
with now_paid as (
    select saisine, sum(paid_cents) as cents from paid where is_due group by saisine
),
then_paid as (
    select saisine, sum(paid_cents) as cents from supposed where is_due group by saisine
),
fiche_seen as (
    select association, written, min(received_on) as received_on from match group by all
)
select md5(concat_ws('|', discrepancy.code, discrepancy.reference, discrepancy.association, discrepancy.written, discrepancy.convention, discrepancy.detail))[:16] as id,
    md5(concat(discrepancy.association, '|', regexp_replace(upper(discrepancy.written), '[^A-Z0-9]', '', 'g')))[:12] as fiche,
    discrepancy.code, severity, sentence, discrepancy.reference, discrepancy.convention, discrepancy.association, discrepancy.written,
    discrepancy.detail, discrepancy.decision_id,
    coalesce(fiche_seen.received_on, saisine_case.opened_on) as since,
    date_diff('day', coalesce(fiche_seen.received_on, saisine_case.opened_on), about.day) as age_days,
    strpos('BHWI', severity) as rank,
    acceptable and (discrepancy.reference is not null or discrepancy.code = 'JOURNAL_GAP') and discrepancy.decision_id is null and severity <> 'I' as acceptable,
    case when acceptable and discrepancy.decision_id is null and discrepancy.saisine is not null
         then greatest(0, coalesce(then_paid.cents, 0) - coalesce(now_paid.cents, 0))::bigint end as stake_cents
from discrepancy
join rule using (code)
cross join about
left join saisine_case on saisine_case.saisine = discrepancy.saisine
left join now_paid on now_paid.saisine = discrepancy.saisine
left join then_paid on then_paid.saisine = discrepancy.saisine
left join fiche_seen on fiche_seen.association = discrepancy.association and fiche_seen.written = discrepancy.written
where discrepancy.in_scope
