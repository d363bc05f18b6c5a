-- One row per journal row that makes a saisine, numbered within it in order of time (rules §3).
-- Of an `id_appel` received several times the last received holds. A registered saisine is a row at the first instant of its day.
-- `saisine` is the two digits of the year and the serial, as a number: it sorts as the reference does, and the check character follows from it.
-- Most saisines are told once, or at two instants: those need no order.
with repeated as (
    select id_appel from contact, parameters where received_on <= cutoff group by id_appel having count(*) > 1
),
latest as (
    select contact.* from contact anti join repeated using (id_appel), parameters where received_on <= cutoff
    union all
    select contact.* from contact semi join repeated using (id_appel), parameters where received_on <= cutoff
    qualify row_number() over (partition by id_appel order by received_on desc, sha256 desc, row_number desc) = 1
),
told as (
    select reference, debut_at, id_appel, debut_on, debut_time, numero_appele, convention, association, qualite, departement,
        urgence, beneficiaire
    from latest, parameters
    where reference is not null and debut_on <= parameters.cutoff
    union all by name
    select reference, timezone('UTC', timezone('Europe/Paris', day::timestamp)) as debut_at, '' as id_appel, day as debut_on,
        '00:00:00' as debut_time, null as numero_appele, convention, association, qualite, null::word as departement,
        false as urgence, null as beneficiaire
    from (select * from decision_in_force where kind = 'register_saisine'
          qualify row_number() over (partition by reference order by decision_id desc) = 1), parameters
    where day <= cutoff
),
spread as (
    select reference, min(debut_at) as first_at, count(*) > 2 or count(*) = 2 and min(debut_at) = max(debut_at) as is_unordered
    from told group by reference
),
numbered as (
    select told.*, if(debut_at = first_at, 1, 2)::bigint as n from told join spread using (reference) where not is_unordered
    union all
    select told.*, row_number() over (partition by reference order by debut_at, id_appel) as n
    from told semi join (from spread where is_unordered) using (reference)
)
select try_cast(substr(reference, 3, 2) || substr(reference, 6, 6) as bigint) as saisine, * from numbered
