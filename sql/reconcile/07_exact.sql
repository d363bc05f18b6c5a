-- One row per written reference that is well formed with a right check character, and that the journal does not have (rules §2.2).
-- The check character is ISO 7064 MOD 37,36.
with checked as (
    select compact,
        list_transform(string_split(compact, ''), lambda c: strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', c) - 1) as digits
    from (select distinct compact from written where named is null)
    where regexp_full_match(compact, 'FV[0-9]{8}[0-9A-Z]')
)
select compact from checked
where (37 - list_reduce(list_prepend(36, digits[:10]), lambda p, d: ((p + d - 1) % 36 + 1) * 2 % 37)) % 36 = digits[11]
