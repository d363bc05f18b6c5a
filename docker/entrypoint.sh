#!/bin/sh
# Gives our own commands their secrets, which they read from the environment: no file of Compose holds one.
# Airflow reads its own by the `_CMD` options of docker-compose.yml.
set -eu
for secret in /run/secrets/SAISINES_*; do
    [ -r "$secret" ] || continue
    export "$(basename "$secret")=$(cat "$secret")"
done
exec "$@"
