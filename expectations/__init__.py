"""What a row must be before it means anything: one suite a source, judged by Great Expectations.

Each rule is declared here and nowhere else, with its code, its severity and its French sentence in `meta`.
"""
