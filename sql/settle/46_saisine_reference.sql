-- One row per saisine: its reference, as a statement prints it. All that statements need of a saisine beside its lines.
select saisine, reference from saisine_case
