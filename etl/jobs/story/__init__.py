"""The whole story of one saisine: facts, acts, money, and how they are told."""
