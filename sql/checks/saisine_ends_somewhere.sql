-- Every saisine has a fiche that counts, or is blocked, or waits for its fiche, or is closed without one.
select saisine_case.saisine
from saisine_case
where saisine not in (select saisine from counting) and saisine not in (select saisine from blocked)
  and saisine not in (select saisine from MISSING_FICHE) and saisine not in (select saisine from CLOSED_NO_RETURN)
