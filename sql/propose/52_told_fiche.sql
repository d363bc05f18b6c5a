-- One row per fiche to compare, with what it tells: those without a saisine (`saisine` is null), and those whose saisine is known.
-- Of several rows with one reference the highest version speaks. `read` is the reference with letters read as digits or completed, if that changes it,
-- `unchecked` the one written without its check character; `right_check` marks a well written reference that the journal does not have.
with asked as (
    select association, root, compact, received_on, null::bigint as saisine, false as confirmed from orphan
    union all
    select association, root, compact, received_on, saisine, confirmed from known_answer
),
written_as as (
    select asked.*, match.written
    from asked join match on match.association = asked.association and match.compact = asked.compact
),
chosen as (
    select written_as.association, root, compact, written_as.received_on, saisine, confirmed,
        fiche.* exclude (association, received_on), starts_with(compact, 'FV') as prefixed,
        if(prefixed, substr(compact, 3), compact) as rest
    from written_as join fiche on fiche.association = written_as.association and fiche.written = written_as.written
        and fiche.received_on <= written_as.received_on
    qualify row_number() over (
        partition by written_as.association, compact
        order by version desc, fiche.received_on desc, date_saisine, fiche.convention, qualite, departement, date_premier_contact,
            date_cloture, nb_psy, nb_jur, nb_soc, fiche_id) = 1
),
spoken as (
    select fiche_group_id, min(day) as first_day, count(*) filter (nature = 'psy') as psy, count(*) filter (nature = 'jur') as jur,
        count(*) filter (nature = 'soc') as soc
    from session where statut = 'honore' and fiche_group_id in (select fiche_group_id from chosen) group by fiche_group_id
),
counted as (
    select chosen.*, least(date_premier_contact, first_day) as first_act, coalesce(date_cloture, received_on) as last_day,
        greatest(nb_psy, nb_jur, nb_soc, psy, jur, soc, 0) as most,
        coalesce(psy + jur + soc, coalesce(nb_psy, 0) + coalesce(nb_jur, 0) + coalesce(nb_soc, 0)) as sessions
    from chosen left join spoken using (fiche_group_id)
)
select row_number() over (order by association, compact) as told, association, root, compact, written, received_on, saisine, confirmed,
    fiche_id, date_saisine, convention, qualite, departement, first_act, last_day, most, sessions,
    nullif(case
        when prefixed and length(compact) = 11 then 'FV' || translate(substr(compact, 3, 8), 'OILSBZ', '011582') || substr(compact, 11)
        when regexp_full_match(rest, '[0-9]{3,8}[0-9A-Z]') then 'FV' || rest[:2] || lpad(rest[3:-2], 6, '0') || rest[-1:] end, compact) as read,
    case when regexp_full_match(rest, '[0-9]{3,8}') then 'FV' || rest[:2] || lpad(rest[3:], 6, '0') end as unchecked,
    compact in (select compact from exact) as right_check
from counted
