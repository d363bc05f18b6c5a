"""The closed lists of codes that several subjects share (inputs.md §1, §2, §4)."""

PRESTATIONS = ("PEC", "CAR", "REO", "PSY", "JUR", "SOC")  # in the order of statements
QUALITES = ("elu", "proche", "agent", "salarie", "licencie", "autre")
MODES = ("presentiel", "telephone", "visio")
