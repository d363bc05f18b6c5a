#!/bin/sh
# Makes what is missing of the secrets that docker-compose.yml reads, each in a file of its own; never touches one that
# is there. Run once as root, beside docker-compose.yml: sh docker/make-secrets.sh
set -eu
folder="${1:-secrets}"
umask 077
mkdir -p "$folder"
random() { head -c "$1" /dev/urandom | od -An -tx1 | tr -d ' \n'; }
make() { [ -e "$folder/$1" ] || printf '%s' "$2" > "$folder/$1"; }
read_back() { cat "$folder/$1"; }

make postgres_password "$(random 24)"
make redis_password "$(random 24)"
make admin_password "$(random 12)"
make fernet_key "$(head -c 32 /dev/urandom | base64 | tr '+/' '-_')"
make jwt_secret "$(random 64)"
make api_secret_key "$(random 32)"
make SAISINES_PSEUDONYM_KEY "$(random 32)"
make SAISINES_STORAGE_KEY "$(random 32)"

server="saisines:$(read_back postgres_password)@postgres:5432"
make SAISINES_DATABASE_URL "postgresql://$server/saisines"
make airflow_database_url "postgresql+psycopg2://$server/airflow"
make celery_result_backend "db+postgresql://$server/airflow"
make celery_broker_url "redis://:$(read_back redis_password)@redis:6379/0"

# The containers' group reads them, nobody else.
chmod 0440 "$folder"/*
chmod 0750 "$folder"
if [ "$(id -u)" = 0 ]; then chgrp -R 10001 "$folder"; fi
