"""Documents for those who pay, are paid, fund, keep the books, or owe a fiche."""
