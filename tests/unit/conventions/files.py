"""Small convention files to change one place of."""

from etl.model.convention_set import read_set

COMMON = """\
bareme: commun
versions:
  - du: 2023-01-01
    reference: Barème 2023
    plafond_saisine: illimite
    delais: {arrete_jours: 15, premier_contact_jours: 5, forclusion_mois: 12, tentatives_min: 2}
    prestations:
      PEC: {montant: "90.00"}
      PSY: {paliers: [{jusqu_a: 1, montant: "60.00"}, {montant: "50.00"}], plafond: {nombre: 12, par: saisine}}
    majorations:
      - {code: OM, taux: "+15%", si: outre_mer}
  - du: 2026-02-15
    reference: avenant commun
    prestations:
      PEC: {montant: "92.50"}
"""

OWN = """\
code: ESSAI
nom: Convention d’essai
financeur: Financeur d’essai
priorite: 10
periode: {du: 2024-01-01, au: 2026-12-31, suite_mois: 6}
lignes:
  - {numero: "01 99 00 55 10", du: 2024-01-01, au: 2025-12-31, de: "09:00", a: "19:00"}
  - {numero: "01 99 00 55 10", du: 2026-01-01, de: "09:00", a: "21:00"}
enveloppes: {2026: {montant: "900.00", clos_le: 2027-05-31}}
piece: {nature: aide, mention: "Aide", delai_paiement_jours: 30}
comptes: {charge: "6571", tiers: "467", banque: "512"}
versions:
  - du: 2024-01-01
    reference: art. 4
    beneficiaires: [elu, proche]
    plafond_saisine: "300.00"
    delais: {forclusion_mois: 6}
    prestations:
      PSY: {montant: "55.00", plafond: illimite}
    majorations:
      - {code: TEL, taux: "-20%", si: {mode: telephone}, prestations: [PSY]}
  - du: 2026-03-01
    reference: avenant 1
    prestations:
      JUR: {montant: "48.33", plafond: {nombre: 2, par: beneficiaire_annee}}
    majorations:
      - {code: OM, taux: "0%", si: outre_mer}
"""


def contents(own: str = OWN, common: str = COMMON, **others: str) -> dict[str, bytes]:
    """The files of a set by name; `others` by name without extension."""
    named = {"commun": common, "essai": own, **others}
    return {f"{name}.yaml": text.encode() for name, text in named.items()}


def a_set(own: str = OWN, common: str = COMMON, **others: str):
    """The set read."""
    return read_set(contents(own, common, **others))
