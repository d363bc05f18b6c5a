"""Journals and fiches as the tests of ingestion drop them."""

import books

HEADER = "id_appel;debut;duree_s;numero_appele;numero_appelant;suite;saisine_ref;convention;association;qualite;urgence;beneficiaire\n"
REF = "FV26-000101-7"


def call(number=1, day="2026-01-02", **cells):
    given = {
        "id_appel": f"A{number}",
        "debut": f"{day}T10:00:00+01:00",
        "numero_appele": "01 80 52 33 84",
        "numero_appelant": "0639984727",
        "suite": "saisine",
        "saisine_ref": REF,
        "convention": "calae",
        "association": "AAV001",
        "beneficiaire": "B9014868",
    } | cells
    return ";".join(str(given.get(name, "")) for name in HEADER.strip().split(";")) + "\n"


def journal(*rows):
    return HEADER + "".join(rows)


def fiche(*sessions, **cells):
    return books.classeur([books.saisine(ref=REF, **cells)], [books.session(ref=REF, **one) for one in sessions])
