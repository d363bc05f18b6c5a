-- One row per accepted code of a saisine (rules §10): for a code about a fiche or its acts, `root` is the sender whose version still states the acts
-- it stated the day the decision was made; for any other code `root` is null and the decision holds until withdrawn.
-- An accepted day of the journal has neither saisine nor root.
with accepting as (
    select *, code in ('WRONG_ASSOCIATION', 'NO_SHOW_AND_SESSIONS', 'SESSION_BEFORE_SAISINE', 'SESSION_IN_FUTURE', 'SESSION_AFTER_CLOSURE',
        'SESSION_AFTER_CONVENTION', 'SESSION_OUTSIDE_SEIZURE', 'DUPLICATE_SESSION', 'SESSION_IMPLAUSIBLE', 'SESSION_ELSEWHERE',
        'SESSIONS_UNDATED', 'NO_SHOW_WITHOUT_ATTEMPTS', 'FIRST_CONTACT_BEFORE_SAISINE', 'FIRST_CONTACT_IN_FUTURE', 'SESSION_COUNT_MISMATCH',
        'TIME_BARRED', 'BEFORE_TAKEOVER', 'STATED_ACT_DROPPED') as about_fiche
    from decision_in_force where kind = 'accept'
)
select accepting.saisine, accepting.code, null as root, accepting.day, accepting.decision_id
from accepting where not about_fiche
union all
select accepting.saisine, accepting.code, fingerprint.root, null, accepting.decision_id
from accepting
join decision_basis using (decision_id)
join linked on linked.association = decision_basis.association
join fingerprint on fingerprint.saisine = accepting.saisine and fingerprint.root = linked.root and fingerprint.acts = decision_basis.acts
where about_fiche
