-- One row per saisine, as the journal tells it (rules §3), before conventions, fiches and decisions on its terms.
-- `age` numbers all saisines in order of opening: the earlier of two is the one with the smaller number.
with told as (
    select saisine, any_value(reference) as reference,
        min(debut_on) as opened_on,
        arg_min(debut_at, n) as opened_at,
        arg_min(id_appel, n) as opened_by,
        arg_min(struct_pack(numero := numero_appele), n).numero as numero_appele,
        arg_min(debut_time, n) as opened_time,
        coalesce(bool_or(urgence), false) as urgence,
        arg_max(nullif(beneficiaire, ''), n) as beneficiaire,
        arg_max(nullif(qualite, ''), n) as journal_qualite,
        arg_max(nullif(departement, ''), n) as departement,
        arg_max(nullif(convention, ''), n) as given_convention
    from journal_row group by saisine
),
party as (
    select saisine,
        arg_min(association, turn) as first_association,
        arg_max(association, turn) as last_association,
        arg_max(root, turn) as last_root,
        count(distinct root) as roots
    from seizure group by saisine
)
select told.*, first_association, last_association, last_root, roots,
    row_number() over (order by opened_at, opened_by, saisine) as age,
    coalesce(association.departement[:2] in ('97', '98'), false) as first_overseas
from told left join party using (saisine) left join association on association.code = first_association
