"""docker-compose.yml: what must hold of every service, and that it says to Airflow what `saisines up` says."""

import re
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.model.quarter import PARIS
from etl.scheduler import configuration, home
from etl.warehouse.cluster import INITDB

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"].startswith("saisines:")}
AIRFLOW = {"api-server", "scheduler", "dag-processor", "triggerer", "worker"}
EXACT = re.compile(r"[a-z]+:\d+\.\d+(\.\d+)?(-[a-z]+)?|[a-z]+@sha256:[0-9a-f]{64}")
SECRETIVE = re.compile(r"password|secret|_key|token|://[^/\s]*:[^/\s]*@", re.IGNORECASE)
# Where containers differ from one machine, on purpose.
OTHERWISE = {
    "core": {"dags_folder", "executor", "parallelism", "max_active_tasks_per_dag", "execution_api_server_url"},
    "api": {"host", "port", "base_url", "workers"},
    "logging": {"base_log_folder"},
    "fab": {"config_file", "access_denied_message"},
    "scheduler": {"enable_health_check"},
}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_watched_limited_pinned_and_nobody_in_particular(name: str) -> None:
    service = SERVICES[name]
    limits = service["deploy"]["resources"]["limits"]
    assert set(limits) == {"cpus", "memory"}
    assert EXACT.fullmatch(service["image"])
    user, group = service["user"].split(":")
    assert int(user) > 0
    assert group == "10001"  # which reads the secrets
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    assert service["logging"]["options"]["max-size"]
    if name == "setup":
        assert service["restart"] == "no"
    else:
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
        assert service["restart"] == "unless-stopped"


def test_no_key_is_given_twice_which_compose_refuses_and_our_reader_does_not_see() -> None:
    from ruamel.yaml import YAML

    assert YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["name"] == "saisines"


def test_nothing_is_published_but_the_api_and_that_on_the_loopback() -> None:
    published = {name: one["ports"] for name, one in SERVICES.items() if one.get("ports")}
    assert published == {"api-server": ["127.0.0.1:8080:8080"]}
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert {name for name, one in SERVICES.items() if one["networks"] == ["inside"]} == {"postgres", "redis"}
    assert not [name for name, one in SERVICES.items() if "network_mode" in one or "pid" in one]


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_stands_in_the_file_each_is_a_file_of_its_own(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        if SECRETIVE.search(f"{variable}={value}"):
            assert variable.endswith(("_CMD", "_FILE")), variable
            secret = re.search(r"/run/secrets/(\w+)$", str(value))
            assert secret is not None, variable
    for secret in SERVICES[name].get("secrets", []):
        assert COMPOSE["secrets"][secret] == {"file": f"./secrets/{secret}"}


def test_every_secret_that_is_read_is_given_and_made() -> None:
    made = (ROOT / "docker" / "make-secrets.sh").read_text(encoding="utf-8")
    for name, service in SERVICES.items():
        told = str([service.get("environment"), service.get("command"), service.get("healthcheck")])
        read = set(re.findall(r"/run/secrets/(\w+)", told))
        given = set(service.get("secrets", []))
        assert read <= given, name
        for secret in given:
            assert re.search(rf"^make {secret} ", made, re.MULTILINE), secret


def test_secrets_are_made_once_and_read_by_their_group_alone(tmp_path: Path) -> None:
    script = ROOT / "docker" / "make-secrets.sh"
    for _ in range(2):
        subprocess.run(["sh", str(script), str(tmp_path / "secrets")], check=True, cwd=tmp_path)
        found = {path.name: path.read_text(encoding="ascii") for path in (tmp_path / "secrets").iterdir()}
    assert set(found) == set(COMPOSE["secrets"])
    again = {path.name: path.read_text(encoding="ascii") for path in (tmp_path / "secrets").iterdir()}
    assert again == found
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "secrets").iterdir()} == {0o440}
    assert f":{found['postgres_password']}@postgres:5432/saisines" in found["SAISINES_DATABASE_URL"]
    assert len({found[name] for name in ("postgres_password", "redis_password", "admin_password")}) == 3
    from cryptography.fernet import Fernet

    Fernet(found["fernet_key"])
    assert len(found["jwt_secret"]) >= 64


def test_containers_tell_airflow_what_one_machine_tells_it() -> None:
    secrets = {"fernet_key": "", "jwt_secret": "", "secret_key": ""}
    folder = Path("/var/lib/saisines/airflow")
    wanted = configuration.merged(configuration.base(folder, 8080, "", secrets, 4), configuration.real(folder))
    told = OURS["scheduler"]["environment"]
    for section, options in wanted.items():
        for option, value in options.items():
            if option in OTHERWISE.get(section, ()):
                continue
            variable = f"AIRFLOW__{section.upper()}__{option.upper()}"
            if f"{variable}_CMD" not in told:
                assert told.get(variable) == str(value), variable


def test_the_desk_approves_and_every_service_of_ours_is_told_the_same() -> None:
    assert set(OURS) == AIRFLOW | {"setup", "backup"}
    assert len({str(sorted(one["environment"].items())) for one in OURS.values()}) == 1
    assert OURS["scheduler"]["environment"]["SAISINES_APPROVAL"] == "desk"
    assert OURS["scheduler"]["environment"]["AIRFLOW__CORE__EXECUTOR"] == "${SAISINES_EXECUTOR:-LocalExecutor}"
    assert all(one["read_only"] for one in OURS.values())


def test_scaling_out_is_a_profile_of_its_own() -> None:
    assert {name for name, one in SERVICES.items() if one.get("profiles") == ["scale"]} == {"redis", "worker"}
    told = SERVICES["worker"]["environment"]
    assert told["AIRFLOW__CELERY__TASK_ACKS_LATE"] == "True"
    assert told["AIRFLOW__CELERY__WORKER_PREFETCH_MULTIPLIER"] == "1"
    assert SERVICES["worker"]["command"] == ["airflow", "celery", "worker"]


def test_no_service_wants_more_processors_than_a_small_server_has() -> None:
    for name, one in SERVICES.items():
        wanted = re.fullmatch(r"(?:\$\{SAISINES_CPUS:-)?(\d)\}?", one["deploy"]["resources"]["limits"]["cpus"])
        assert wanted is not None and int(wanted[1]) <= 2, name  # Docker would refuse to make it


def test_the_database_is_ready_when_it_answers_by_tcp_and_not_while_it_is_being_made() -> None:
    assert SERVICES["postgres"]["healthcheck"]["test"][1:4] == ["pg_isready", "-h", "127.0.0.1"]


def test_redis_hears_that_it_is_to_stop() -> None:
    script = SERVICES["redis"]["command"][-1]
    assert script.startswith("exec redis-server ")
    assert "|" not in script


def test_what_a_computation_does_not_hold_goes_to_a_disk() -> None:
    for name, one in OURS.items():
        assert f"scratch:{one['environment']['TMPDIR']}" in one["volumes"], name
        assert one["tmpfs"] == ["/tmp:mode=1777"]


def test_the_server_sorts_text_as_the_embedded_one_does() -> None:
    told = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    assert {one for one in told if "locale" in one} == {one for one in INITDB if one.startswith("--locale")}


def test_a_backup_is_made_by_our_own_command() -> None:
    script = (ROOT / "docker" / "backup.sh").read_text(encoding="utf-8")
    assert SERVICES["backup"]["command"] == ["/opt/backup.sh"]
    assert "saisines backup /var/backups/saisines" in script
    assert any(one.endswith(":/var/backups/saisines") for one in SERVICES["backup"]["volumes"])
    hour = re.search(r"tomorrow (\d\d:\d\d)", script)
    assert hour is not None
    spring = datetime.fromisoformat(f"2027-03-28T{hour[1]}").replace(tzinfo=PARIS)  # clocks go forward
    assert spring.astimezone(UTC).astimezone(PARIS).hour == spring.hour, "`date` refuses an hour that does not exist"


def test_a_warehouse_is_saved_before_a_new_version_upgrades_it() -> None:
    setup = SERVICES["setup"]
    assert "saisines init --backup /var/backups/saisines &&" in setup["command"][-1]
    assert "backups:/var/backups/saisines" in setup["volumes"]
    assert set(SERVICES["scheduler"]["volumes"]) - {"inbox:/var/lib/saisines-inbox"} < set(setup["volumes"])


def test_the_image_is_built_from_the_lock_and_runs_as_nobody_in_particular() -> None:
    text = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
    assert all(EXACT.match(one) for one in re.findall(r"^FROM (\S+)", text, re.MULTILINE))
    assert text.count("--require-hashes") == 2
    assert re.findall(r"^USER (\S+)", text, re.MULTILINE) == ["10001:10001"]
    for copied in re.findall(r"^COPY (?!--from)(?:--\S+ )?(.+) \S+$", text, re.MULTILINE):
        for name in copied.split():
            assert (ROOT / name).exists(), name


def test_the_pages_of_accounts_are_the_same_in_a_container() -> None:
    def said(text: str) -> list[str]:
        return [line for line in text.splitlines() if line and not line.startswith(("#", '"""'))]

    container = (ROOT / "docker" / "webserver_config.py").read_text(encoding="utf-8")
    assert said(container) == said(home.WEB)


def test_the_shell_scripts_are_well_formed() -> None:
    for script in sorted((ROOT / "docker").glob("*.sh")):
        subprocess.run(["sh", "-n", str(script)], check=True)
