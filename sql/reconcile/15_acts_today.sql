-- One row per (saisine, group) of the saisines on which something is accepted: the acts on which an `accept` made today about a fiche of that
-- group rests, those of the version that counts (rules §10). Where an accepted WRONG_ASSOCIATION gives the group the fiche of another, they are
-- that one's; nothing, where the two are rivals.
with given as (
    select saisine, root, sender, rival from counting where sender <> root or rival
)
select fingerprint.saisine, reference, fingerprint.root, acts from fingerprint anti join given using (saisine, root)
union all
select given.saisine, reference, given.root, acts
from given join fingerprint on fingerprint.saisine = given.saisine and fingerprint.root = given.sender
where not rival
