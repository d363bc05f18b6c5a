-- One row per (saisine, sender): the version that counts among those seen (rules §4), the highest number, then the last received.
-- `rival`: another content came under that number on that day. `revised`: another content came under that number on an earlier day.
with highest as (
    select *, max(version) over sender as top from version where not alone window sender as (partition by saisine, root)
),
ranked as (
    select *,
        row_number() over (partition by saisine, root order by received_on desc, content) as rank,
        count(*) over (partition by saisine, root, received_on) > 1 as rival,
        min(received_on) over (partition by saisine, root) < received_on as revised
    from highest where version = top
)
select saisine, root, seized, version, received_on, fiche_id, rival, revised from ranked where rank = 1
union all
select saisine, root, seized, version, received_on, fiche_id, false as rival, false as revised from version where alone
