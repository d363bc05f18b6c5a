"""An invented quarter, as messy as a real one: the network, what happened, and what people wrote about it.

Everything follows from a seed. Nothing here is a real person, a real bank account or a real reference: telephone
numbers are from the range that Arcep keeps for fiction, bank and company numbers are right but belong to nobody.
"""
