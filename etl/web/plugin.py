"""The Airflow plugin: one address, one sign-in and one menu for Airflow and the desk."""

from __future__ import annotations

from airflow.api_fastapi.core_api.security import get_user
from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

from etl.web.access import authenticate
from etl.web.app import create_app
from etl.web.runs import of_airflow

PREFIX = "/bureau"

app = create_app(conf.get("api", "secret_key").encode())
app.dependency_overrides[authenticate] = get_user
app.state.runs = of_airflow


class Desk(AirflowPlugin):
    """Mounts the desk under `/bureau` and puts it in Airflow's menu."""

    name = "saisines"
    fastapi_apps = [{"app": app, "url_prefix": PREFIX, "name": "Bureau"}]  # noqa: RUF012 - Airflow reads a list
    external_views = [  # noqa: RUF012
        {"name": "Bureau", "href": f"{PREFIX}/", "url_route": "bureau", "destination": "nav", "category": "browse"}
    ]
