-- LATE_CHANGE · H
-- Le journal dit autre chose que le relevé finalisé : ce qui est réglé reste sous les termes d’alors.
-- Only `requalify` moves what a finalised statement froze.
select saisine, last_association as association,
    concat_ws(', ', if(frozen_convention <> journal_convention and not convention_moved, journal_convention, null),
              if(frozen_qualite <> journal_qualite and not qualite_moved, journal_qualite, null)) as detail
from saisine_case
where frozen_convention <> journal_convention and not convention_moved or frozen_qualite <> journal_qualite and not qualite_moved
