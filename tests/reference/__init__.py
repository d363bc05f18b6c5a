"""A second, slow and obvious implementation of the contract's rules, against which the engine is compared to the cent.

Plain Python over lists of dictionaries. It shares no code with ``etl`` or ``sql``: a mistake must be made twice, apart,
to go unseen. Entry point: ``settle.settle``.
"""
