#!/usr/bin/env bash
# Race of labelling: many people at once take the next task and answer it through
# the HTTP API, two people a task; ours (bin/zhuomo bench label) on SQLite and on
# PostgreSQL against Label Studio on its default SQLite. Afterwards each side's
# answers are counted: none lost, none doubled, no task answered by more than two.
# Keeps every run in bench/results/race-label.json and prints one line a figure:
# name ours peer ratio.
#   ZHUOMO_BIN  bin/zhuomo     PEOPLE  64     TASKS  1000000, RUNS  3, for ours
#   QUICK=1     small and short; keeps nothing
set -euo pipefail
cd "$(dirname "$0")/.."
binary=${ZHUOMO_BIN:-bin/zhuomo}
[ -x "$binary" ] || { echo "needs $binary: make build"; exit 1; }
python=$(bash bench/peers.sh label label-studio==1.23.2)
DURABLE=1 bash internal/testkit/postgres.sh "$python" bench/race_label.py --binary "$binary" \
  --people "${PEOPLE:-64}" --tasks "${TASKS:-1000000}" --runs "${RUNS:-3}" ${QUICK:+--quick}
