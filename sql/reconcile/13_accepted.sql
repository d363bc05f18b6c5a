-- One row per accepted code of a saisine (rules §10): for a code about a fiche or its acts, `root` is the sender whose version still states the acts
-- it stated the day the decision was made (nothing, as long as it has sent nothing); for any other code `root` is null and the decision holds
-- until withdrawn. The last decision on the same code holds.
-- An accepted day of the journal has neither saisine nor root.
with accepting as (
    select *, code in ('WRONG_ASSOCIATION', 'NO_SHOW_AND_SESSIONS', 'SESSION_BEFORE_SAISINE', 'SESSION_IN_FUTURE', 'SESSION_AFTER_CLOSURE',
        'SESSION_AFTER_CONVENTION', 'SESSION_OUTSIDE_SEIZURE', 'DUPLICATE_SESSION', 'SESSION_IMPLAUSIBLE', 'SESSION_ELSEWHERE',
        'SESSIONS_UNDATED', 'NO_SHOW_WITHOUT_ATTEMPTS', 'FIRST_CONTACT_BEFORE_SAISINE', 'FIRST_CONTACT_IN_FUTURE', 'SESSION_COUNT_MISMATCH',
        'TIME_BARRED', 'BEFORE_TAKEOVER', 'STATED_ACT_DROPPED') as about_fiche
    from decision_in_force where kind = 'accept'
    qualify row_number() over (partition by saisine, code, day order by decision_id desc) = 1
),
sender as (
    select saisine, root from seizure semi join accepting using (saisine)
    union select saisine, root from latest semi join accepting using (saisine)
    union select saisine, root from stated_line semi join accepting using (saisine)
),
basis as (
    select distinct decision_id, linked.root, acts from decision_basis join linked using (association)
)
select accepting.saisine, accepting.code, null as root, accepting.day, accepting.decision_id
from accepting where not about_fiche
union all
select distinct accepting.saisine, accepting.code, sender.root, null::date, accepting.decision_id
from accepting
join sender using (saisine)
left join basis using (decision_id, root)
left join fingerprint using (saisine, root)
where about_fiche and coalesce(basis.acts, '') = coalesce(fingerprint.acts, '')
