#!/usr/bin/env bash
# Runs every fuzz target of the module, one after another.
#   FUZZ_SECONDS=10  how long each
#   FUZZ_ONLY=regex  only those whose package/name match
# One line a target; exit 1 when one crashed. The failing input stays in the
# package's testdata/fuzz, and `go test` runs it from then on.
set -uo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-10}
failed=0 ran=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

while IFS=: read -r file line; do
  name=$(sed -E 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/' <<<"$line")
  package=./$(dirname "$file")
  [[ -n ${FUZZ_ONLY:-} && ! "$package/$name" =~ $FUZZ_ONLY ]] && continue
  ran=$((ran + 1))
  if go test -run '^$' -fuzz "^$name\$" -fuzztime "${seconds}s" "$package" >"$log" 2>&1; then
    tries=$(grep -oE 'execs: [0-9]+' "$log" | tail -1 | grep -oE '[0-9]+')
    printf 'ok    %-24s %-36s %12s tries in %ss\n' "$name" "$package" "${tries:-0}" "$seconds"
  else
    failed=$((failed + 1))
    printf 'FAIL  %-24s %s\n' "$name" "$package"
    sed 's/^/      /' "$log" | tail -60
  fi
done < <(grep -rE --include='*_test.go' --exclude-dir=node_modules '^func Fuzz[A-Z][A-Za-z0-9_]*\(' * | sort)

if [ "$ran" = 0 ]; then echo "no fuzz target found"; exit 1; fi
echo "$ran targets, $failed failed"
[ "$failed" = 0 ]
