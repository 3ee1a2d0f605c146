#!/usr/bin/env bash
# Upgrades two servers and two workers on one PostgreSQL one after another, from an
# earlier commit to this one, while people talk, label, train and release; what
# was acknowledged must be there afterwards. One line a figure; exit 1 on a failure.
#   EARLIER=commit   by default the last one before the newest change of the tables
#   SECONDS_EACH=6   how long people work between two steps
#   ZHUOMO_BIN       bin/zhuomo
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "${ZHUOMO_BIN:-bin/zhuomo}")
[ -x "$binary" ] || { echo "needs $binary: make build"; exit 1; }
earlier=${EARLIER:-$(git log -1 --format=%H -- ':(glob)**/migrations/*.sql')^}
folder=$(mktemp -d)
trap 'git worktree remove --force "$folder/earlier" 2>/dev/null; rm -rf "$folder"' EXIT
git worktree add --quiet --detach "$folder/earlier" "$earlier"
mkdir -p "$folder/earlier/web/dist"
cp -r web/dist/. "$folder/earlier/web/dist/"
(cd "$folder/earlier" && go build -trimpath -o "$folder/zhuomo-earlier" ./cmd/zhuomo)
echo "from $(git log -1 --format='%h %s' "$earlier")"
bash internal/testkit/postgres.sh python3 bench/rolling.py --earlier "$folder/zhuomo-earlier" --newer "$binary" --folder "$folder" --seconds "${SECONDS_EACH:-6}"
