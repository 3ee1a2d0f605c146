#!/usr/bin/env bash
# Asks every operation of the API, as each role, for what its document allows and
# forbids, with schemathesis: no 5xx, no status, content type or body that the
# document does not tell, nothing that needs a higher role; then in series, where
# each request takes up what the one before has made. The real program runs on a demo of its own; what would
# take the asker's own rights away is left out. One line a role; exit 1 on a failure.
#   ROLES="owner labeller"   all by default
#   EXAMPLES=5               cases an operation and part
#   SERIES=50                series of requests
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
# ask ROLE PHASES EXAMPLES asks as the role whose header asker holds.
ask() {
  local log="$folder/$1-$2.log" code=0
  FUZZ_ROLE=$1 "$(dirname "$python")/schemathesis" run "$folder/openapi.json" --url "$address" "${asker[@]}" \
    --generation-with-security-parameters false --generation-database none --phases "$2" --max-examples "$3" \
    --checks wrong_role,not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --exclude-path-regex 'events|deletions|sign|tokens/|/accounts/' --request-timeout 30 >"$log" 2>&1 || code=$?
  echo "fuzz-api $1 $2: $(grep -E '^ *(Tested|Scenarios|API Links):' "$log" | tr -s ' ' | tr '\n' ' ' || true) $(grep -E 'generated' "$log" | grep -v rejected | sed 's/^ *//' || true)"
  if [ "$code" -ne 0 ]; then
    failed=1
    cat "$log"
  fi
}
"$python" bench/fuzz_links.py "$address/api/v1/openapi.json" "$folder/openapi.json"
export SCHEMATHESIS_HOOKS=bench/fuzz_roles.py
for role in ${ROLES:-owner lead trainer reviewer labeller viewer customer public}; do
  asker=()
  if [ "$role" != public ]; then
    token=$("$binary" tokens create "fuzz $role" --role "$role" --data "$folder/data" --json | "$python" -c 'import json,sys;print(json.load(sys.stdin)["secret"])')
    asker=(-H "Authorization: Bearer $token")
  fi
  ask "$role" coverage,fuzzing "${EXAMPLES:-5}"
  ask "$role" stateful "${SERIES:-50}"
done
exit "$failed"
