"""Identifiers of associations: SIRET, RNA, IBAN, BIC (inputs.md §3). Each test gives a French sentence, or None."""

import re

from etl.model.department import ALSACE_MOSELLE

# W, the prefecture (three digits, or 2A1, 2B3 in Corsica), a serial of six digits. It has no check digit.
_RNA = re.compile(r"W(?:[0-9]{3}|2[AB][0-9])[0-9]{6}")
# ISO 9362:2022 lets a party prefix hold digits; France's are letters, but a payee may bank elsewhere.
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")


def _compact(text: str) -> str:
    return re.sub(r"[\s.\-]", "", text).upper()


def siret_error(text: str) -> str | None:
    """Check a SIRET: fourteen digits, Luhn; La Poste's sites have their own rule, a sum that five divides."""
    from stdnum.exceptions import ValidationError
    from stdnum.fr import siret

    number = _compact(text)
    if not number:
        return "SIRET absent : 14 chiffres sont attendus."
    if not re.fullmatch(r"[0-9]{14}", number):
        return "SIRET mal formé : 14 chiffres sont attendus."
    try:
        siret.validate(number)
    except ValidationError:
        return "SIRET faux : sa clé de contrôle ne convient pas ; vérifier les 14 chiffres."
    return None


def rna_error(text: str, departement: str | None = None) -> str | None:
    """Check a number of the national register of associations.

    It may be empty in Alsace-Moselle, where associations are entered at the local court and have none.
    """
    number = _compact(text)
    if not number and departement in ALSACE_MOSELLE:
        return None
    if not number:
        return "RNA absent : il n’est facultatif qu’en Alsace-Moselle (57, 67, 68)."
    if not _RNA.fullmatch(number):
        return "RNA mal formé : W suivi de 9 chiffres est attendu."
    return None


def iban_error(text: str) -> str | None:
    """Check an IBAN: its country's structure, its two check digits, and the national key (French: clé RIB).

    No registry of banks is asked: it would refuse a bank younger than itself, and the invented ones of examples.
    """
    import schwifty
    from schwifty.exceptions import InvalidBBANChecksum, InvalidChecksumDigits, SchwiftyException

    number = _compact(text)
    if not number:
        return "IBAN absent : les coordonnées bancaires sont à compléter."
    try:
        schwifty.IBAN(number, validate_bban=True)
    except InvalidChecksumDigits:
        return "IBAN faux : ses deux chiffres de contrôle ne conviennent pas ; le recopier depuis le RIB."
    except InvalidBBANChecksum:
        return "IBAN faux : la clé RIB ne convient pas ; le recopier depuis le RIB."
    except (SchwiftyException, ValueError):
        return "IBAN mal formé : pays, longueur ou caractères ne conviennent pas ; le recopier depuis le RIB."
    return None


def bic_error(text: str) -> str | None:
    """Check a BIC: eight or eleven characters and a country that exists (ISO 9362). No registry is asked."""
    from schwifty import BIC
    from schwifty.exceptions import SchwiftyException

    number = _compact(text)
    if not number:
        return "BIC absent : 8 ou 11 caractères sont attendus."
    try:
        BIC(number)
    except SchwiftyException:
        return "BIC mal formé : 8 ou 11 caractères sont attendus, le pays aux cinquième et sixième."
    return None if _BIC.fullmatch(number) else "BIC mal formé : 8 ou 11 caractères sont attendus."
