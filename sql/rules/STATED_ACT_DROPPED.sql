-- STATED_ACT_DROPPED · H
-- Un acte déjà réglé n’est plus dû selon les sources, sans que l’association l’annule : il reste réglé.
-- Taken back only by the association, a decision, or by accepting this code.
select fate.saisine, coalesce(span.last_association, fate.association) as association, fate.prestation || ' ' || fate.act_date as detail
from fate left join span using (saisine, root)
where is_dropped and (not taken_back or (saisine, root) in (select (saisine, root) from dropped_accepted))
