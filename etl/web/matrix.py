"""Who may do what at the desk: every route and every kind of field, by role. The app, docs/bureau.md and the tests read this and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = {
    "coordination": "Coordination",
    "finance": "Finance",
    "data": "Données",
    "reader": "Lecture",
    "psychologue": "Psychologue référent",
}
EVERYONE = tuple(ROLES)
_C, _F, _D = ("coordination",), ("finance",), ("data",)
_CF = ("coordination", "finance")
_P, _CP = ("psychologue",), ("coordination", "psychologue")


@dataclass(frozen=True)
class Route:
    """One route: no other exists.

    Attributes:
        name: of the function that answers.
        verb: GET reads, POST writes and asks for the anti-forgery token.
        path: under the desk's prefix.
        roles: who is answered; anybody else gets 403, an anonymous caller 401.
        what: for the documentation, in French.
    """

    name: str
    verb: str
    path: str
    roles: tuple[str, ...]
    what: str


ROUTES = (
    Route("overview", "GET", "/", EVERYONE, "vue d’ensemble : totaux et graphiques, petits effectifs masqués"),
    Route("asset", "GET", "/fichiers/{name}", EVERYONE, "feuille de style et script"),
    Route("queue", "GET", "/ecarts", _C, "file des écarts"),
    Route("decide_many", "POST", "/ecarts/decider", _C, "une décision sur une sélection"),
    Route("refresh", "POST", "/actualiser", _CF, "refaire le rapprochement"),
    Route("case", "GET", "/saisines/{reference}", _CF, "une saisine entière (réduite pour la finance)"),
    Route("find_case", "GET", "/saisines", _CF, "aller à une saisine par sa référence"),
    Route("decide_one", "POST", "/saisines/{reference}/decider", _C, "décider d’une saisine"),
    Route("orphans", "GET", "/fiches", _C, "fiches sans saisine et leurs candidates"),
    Route("decide_match", "POST", "/fiches/decider", _C, "confirmer ou écarter un rapprochement"),
    Route("returns", "GET", "/retours", _C, "retours, délais et fiches attendues par association"),
    Route("reminder", "GET", "/retours/{association}/relance.xlsx", _C, "classeur de relance d’une association"),
    Route("remind", "POST", "/retours/{association}/relancer", _C, "relancer une association"),
    Route("remind_all", "POST", "/retours/relancer", _C, "relancer toutes celles qui doivent des fiches"),
    Route("impossible", "GET", "/soutiens-impossibles", _CP, "soutiens impossibles, leur attente et leur suite"),
    Route("support", "GET", "/soutiens-impossibles/{reference}", _CP, "un soutien impossible : ce qu’il faut pour l’orienter"),
    Route("support_outcome", "POST", "/soutiens-impossibles/{reference}/suite", _P, "noter la suite donnée"),
    Route("statements", "GET", "/releves", _CF, "relevés par trimestre et convention"),
    Route("make_drafts", "POST", "/releves/etablir", _CF, "établir les brouillons d’un trimestre"),
    Route("statement", "GET", "/releves/{quarter}/{convention}/{digest}", _CF, "un relevé et ses lignes"),
    Route("document", "GET", "/releves/{quarter}/{convention}/{digest}/{document}", _CF, "télécharger un document"),
    Route("submit", "POST", "/releves/{quarter}/{convention}/{digest}/soumettre", _C, "soumettre un brouillon"),
    Route("approve", "POST", "/releves/{quarter}/{convention}/{digest}/approuver", _F, "approuver un relevé soumis"),
    Route("reject", "POST", "/releves/{quarter}/{convention}/{digest}/rejeter", _CF, "renvoyer en brouillon"),
    Route("finalise", "POST", "/releves/{quarter}/{convention}/{digest}/finaliser", _F, "finaliser, définitivement"),
    Route("pay", "POST", "/releves/{quarter}/{convention}/{digest}/payer", _F, "préparer le lot de virements"),
    Route("transfers", "GET", "/releves/{quarter}/{convention}/{digest}/virements/{place}", _F, "télécharger un lot de virements"),
    Route("bank_answer", "POST", "/releves/{quarter}/{convention}/{digest}/reponse", _F, "prendre la réponse de la banque"),
    Route("told_by_hand", "POST", "/releves/{quarter}/{convention}/{digest}/virements/{place}/constat", _F, "dire qu’un virement est payé ou revenu"),
    Route("paid_apart", "POST", "/releves/{quarter}/{convention}/{digest}/paye-autrement", _F, "dire qu’un bénéficiaire est payé sans virement"),
    Route("to_confirm", "GET", "/a-confirmer", _F, "coordonnées bancaires et conventions à confirmer"),
    Route("confirm_bank", "POST", "/a-confirmer/banque", _F, "confirmer des coordonnées bancaires"),
    Route("apply_files", "POST", "/a-confirmer/conventions", _F, "appliquer un changement de convention"),
    Route("tariffs", "GET", "/baremes", _F, "barème en vigueur, à essayer autrement"),
    Route("try_tariff", "POST", "/baremes/essayer", _F, "simuler un autre barème"),
    Route("propose_files", "POST", "/baremes/proposer", _F, "proposer un changement de convention"),
    Route("deliveries", "GET", "/livraisons", _D, "livraisons, totaux de contrôle, fraîcheur"),
    Route("delivery", "GET", "/livraisons/{number}", _D, "qualité d’une livraison"),
    Route("quarantine", "GET", "/quarantaine", _D, "lignes refusées, comptées par motif"),
    Route("nowhere", "GET", "/{rest:path}", EVERYONE, "toute autre adresse : dit qu’elle n’existe pas"),
)  # fmt: skip
BY_NAME = {route.name: route for route in ROUTES}

# What each role is shown of each kind of field, wherever it appears. What a role is not shown never leaves the server.
FIELDS = {
    "référence d’une saisine": (*_CF, *_P),
    "association": (*_CF, *_P),
    "montant": _CF,
    "qualité, département": _CP,
    "date d’un entretien ou d’un premier contact": _CP,
    "document d’un relevé, tous ses montants": _CF,
    "document d’un relevé, les jours des actes": _C,
    "coordonnées bancaires": _F,
    "pseudonyme, numéro de téléphone": (),
    "nombre de saisines, d’écarts, total d’une convention": EVERYONE,
    "ligne d’où vient un acte : livraison, feuille, ligne": _CF,
    "livraison, total de contrôle, motif de refus": (*_C, *_D),
}


def sees(role: str, field: str) -> bool:
    """Whether a role is shown a kind of field."""
    return role in FIELDS[field]


def page() -> str:
    """The matrix in Markdown: the tables of docs/bureau.md."""
    head = "| " + " | ".join(["", *ROLES.values()]) + " |\n|---|" + ":-:|" * len(ROLES)
    rows = [_row(f"`{route.verb} {route.path}` {route.what}", route.roles) for route in ROUTES]
    fields = [_row(field, roles) for field, roles in FIELDS.items()]
    return "\n".join(["### Par route", "", head, *rows, "", "### Par champ", "", head, *fields]) + "\n"


def _row(label: str, roles: tuple[str, ...]) -> str:
    return "| " + " | ".join([label, *("oui" if role in roles else "–" for role in ROLES)]) + " |"
