"""Accounts and signing in (Flask-AppBuilder). For OIDC: docs/exploitation.md, « Connexion par OIDC »."""

from flask_appbuilder.const import AUTH_DB

AUTH_TYPE = AUTH_DB
BABEL_DEFAULT_LOCALE = "fr"
LANGUAGES = {"fr": {"flag": "fr", "name": "Français"}}
WTF_CSRF_ENABLED = True
