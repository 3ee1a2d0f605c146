#!/usr/bin/env bash
# Asks every operation of the API, as each role, for what its document allows and
# forbids, with schemathesis: no 5xx, no status, content type or body that the
# document does not tell, nothing that needs a higher role; then the same with ids
# of what is there, so that requests get past "no such product"; then in series, where
# each request takes up what the one before has made. The real program runs on a demo of its own; what would
# take the asker's own rights away is left out. A line a role and way, and how many
# operations did what was asked of them; exit 1 on a failure.
#   ROLES="owner labeller"   all by default
#   EXAMPLES=5               cases an operation and part
#   SERIES=10                times that series are drawn anew, by seeds from 1 on
#   ZHUOMO_BIN               bin/zhuomo
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "${ZHUOMO_BIN:-bin/zhuomo}")
[ -x "$binary" ] || { echo "needs $binary: make build"; exit 1; }
python=$(bash bench/peers.sh fuzz schemathesis==4.32.5)
folder=$(mktemp -d)
server=
finish() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null && wait "$server" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT
"$binary" demo --once --data "$folder/data" --json >"$folder/demo.json"
"$binary" serve --data "$folder/data" --listen 127.0.0.1:0 >"$folder/serve.log" 2>&1 &
server=$!
for _ in $(seq 100); do
  address=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$folder/serve.log" | head -1 || true)
  [ -n "$address" ] && break
  sleep .1
done
failed=0
# ask ROLE WAY DOCUMENT FLAGS… asks as the role whose header asker holds.
ask() {
  local log="$folder/$1-$2.log" code=0
  FUZZ_ROLE=$1 FUZZ_SEEN="$folder/$1.seen" "$(dirname "$python")/schemathesis" run "$folder/$3" --url "$address" "${asker[@]}" \
    --generation-with-security-parameters false --generation-database none "${@:4}" \
    --checks wrong_role,not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --exclude-path-regex 'events|deletions|sign|tokens/|/accounts/' --request-timeout 30 >"$log" 2>&1 || code=$?
  echo "fuzz-api $1 $2: $(grep -E '^ *(Tested|Scenarios|API Links):' "$log" | tr -s ' ' | tr '\n' ' ' || true) $(grep -E 'generated' "$log" | grep -v rejected | sed 's/^ *//' || true)"
  if [ "$code" -ne 0 ]; then
    failed=1
    cat "$log"
  fi
}
"$python" bench/fuzz_links.py "$address" "$folder/openapi.json"
all=$("$binary" tokens create "fuzz links" --role owner --data "$folder/data" --json | "$python" -c 'import json,sys;print(json.load(sys.stdin)["secret"])')
export SCHEMATHESIS_HOOKS=bench/fuzz_roles.py
for role in ${ROLES:-owner lead trainer reviewer labeller viewer customer public}; do
  asker=()
  if [ "$role" != public ]; then
    token=$("$binary" tokens create "fuzz $role" --role "$role" --data "$folder/data" --json | "$python" -c 'import json,sys;print(json.load(sys.stdin)["secret"])')
    asker=(-H "Authorization: Bearer $token")
  fi
  ask "$role" anything openapi.json --phases coverage,fuzzing --max-examples "${EXAMPLES:-5}"
  "$python" bench/fuzz_links.py "$address" "$folder/known.json" "$all" >/dev/null
  ask "$role" known known.json --phases coverage,fuzzing --max-examples "${EXAMPLES:-5}"
  for seed in $(seq "${SERIES:-10}"); do
    ask "$role" "series-$seed" known.json --phases stateful --max-examples 100 --seed "$seed"
  done
  echo "fuzz-api $role: $(sort -u "$folder/$role.seen" 2>/dev/null | wc -l) operations did what was asked"
done
exit "$failed"
