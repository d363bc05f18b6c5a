-- One row per written reference that is well formed with a right check character: `saisine` is null when the journal does not have it.
-- The check character is ISO 7064 MOD 37,36; those that the journal has need no check, its references being right.
with shaped as (
    select distinct compact, try_cast(substr(compact, 3, 8) as bigint) as saisine
    from written where regexp_full_match(compact, 'FV[0-9]{8}[0-9A-Z]')
),
known as (
    select shaped.*, replace(reference, '-', '') is not distinct from compact as in_journal
    from shaped left join saisine using (saisine)
),
checked as (
    select *,
        list_transform(string_split(compact, ''), lambda c: strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', c) - 1) as digits
    from known where not in_journal
)
select compact, saisine from known where in_journal
union all
select compact, null from checked
where (37 - list_reduce(list_prepend(36, digits[:10]), lambda p, d: ((p + d - 1) % 36 + 1) * 2 % 37)) % 36 = digits[11]
