#!/usr/bin/env bash
# Runs a private PostgreSQL for tests until its input ends, then removes it.
#   postgres.sh          prints its address, then READY; stops at the end of input;
#                        a line `stop` there stops it meanwhile (GONE), `start` goes on (READY)
#   postgres.sh CMD...   runs CMD with ZHUOMO_TEST_POSTGRES set to its address
# It listens on a socket in its own folder only, and never waits for the disk:
# but with DURABLE=1, for measuring, it stands on the disk with PostgreSQL's own settings.
# Where PostgreSQL is missing it says so and, with CMD, runs that without.
set -u
bin=$(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin 2>/dev/null | sort -V | tail -1)
for d in "$bin" $(command -v initdb >/dev/null && dirname "$(command -v initdb)"); do
  [ -x "$d/initdb" ] && [ -x "$d/postgres" ] && bin=$d && break
done
if [ -z "$bin" ] || [ ! -x "$bin/initdb" ]; then
  echo "no PostgreSQL here (Debian: apt-get install postgresql); its tests skip by name" >&2
  [ $# -gt 0 ] && exec "$@"
  exit 69
fi
as=()
if [ "$(id -u)" = 0 ]; then # initdb refuses root
  user=$(id -un postgres 2>/dev/null || echo nobody)
  as=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups)
fi
base=${TMPDIR:-/tmp}
hasty=()
if [ -z "${DURABLE:-}" ]; then
  [ -w /dev/shm ] && base=/dev/shm # memory: tests need no disk
  hasty=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c wal_level=minimal -c max_wal_senders=0)
fi
folder=$(mktemp -d "$base/zhuomo-pg.XXXXXX") || exit 70
server=
finish() {
  [ -n "$server" ] && kill -INT "$server" 2>/dev/null && wait "$server" 2>/dev/null
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
[ "$(id -u)" = 0 ] && chown "$user" "$folder"
cd "$folder" || exit 70
"${as[@]}" "$bin/initdb" -D "$folder/data" -N -A trust -U zhuomo -E UTF8 --locale=C >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 70; }
start() {
  "${as[@]}" "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=300 "${hasty[@]}" -c max_locks_per_transaction=256 \
    -c lc_messages=C >>"$folder/log" 2>&1 </dev/null &
  server=$!
  for _ in $(seq 300); do
    "$bin/pg_isready" -q -h "$folder" -U zhuomo -d postgres && break
    kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; exit 70; }
    sleep 0.05
  done
}
start
address="postgres:///postgres?host=$folder&user=zhuomo"
if [ $# -gt 0 ]; then
  cd "$OLDPWD" && ZHUOMO_TEST_POSTGRES=$address "$@"
  exit $?
fi
echo "$address"
echo READY
while read -r word; do
  case $word in
    stop) kill -INT "$server" && wait "$server"; server=; echo GONE ;;
    start) start; echo READY ;;
  esac
done
