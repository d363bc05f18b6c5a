"""The closed lists of codes that several subjects share (inputs.md §1, §2, §4)."""

PRESTATIONS = ("PEC", "CAR", "REO", "PSY", "JUR", "SOC")  # in the order of statements
QUALITES = ("elu", "proche", "agent", "salarie", "licencie", "autre")
MODES = ("presentiel", "telephone", "visio")

# As people read them.
PRESTATION_NAMES = {
    "PEC": "Prise en charge",
    "CAR": "Carence",
    "REO": "Réorientation",
    "PSY": "Entretien psychologique",
    "JUR": "Entretien juridique",
    "SOC": "Entretien social",
}
QUALITE_NAMES = {
    "elu": "élu",
    "proche": "proche",
    "agent": "agent",
    "salarie": "salarié",
    "licencie": "licencié",
    "autre": "autre",
}
MODE_NAMES = {"presentiel": "en présence", "telephone": "par téléphone", "visio": "en visioconférence"}
