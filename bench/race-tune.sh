#!/usr/bin/env bash
# Race of the samplers on tables, surrogates and live fits of real tuning tasks: ours (bin/zhuomo
# bench sampler) against Optuna's default, its GPSampler and random search; 25, 50 and
# 100 trials. Keeps every run in bench/results/tune.json (the peers' are not run again)
# and prints one line a figure: name ours peer ratio. Then the race of fronts, two goals
# at once, against Optuna's samplers for several goals (bench/results/fronts.json).
#   ZHUOMO_SETS  folder of the outside sets     ZHUOMO_BIN  bin/zhuomo
#   SEEDS  10     SAMPLERS  those of ours that race     GP  1: Optuna's GPSampler too
#   LIVE  1: live fits too (minutes a seed)
#   FRONTS  1: the race of fronts too
#   GO_ON=1      goes on where a race was cut off: our kept runs are not run again
#   QUICK=1      three tasks and two seeds; keeps nothing
set -euo pipefail
cd "$(dirname "$0")/.."
if [ ! -d "${ZHUOMO_SETS:-}/hpo-lcbench" ]; then
  echo "skipped: needs the sets hpo-lcbench, hpo-kernel-tuning, hpo-yahpo-onnx: set ZHUOMO_SETS"
  exit 0
fi
binary=${ZHUOMO_BIN:-bin/zhuomo}
[ -x "$binary" ] || { echo "needs $binary: make build"; exit 1; }
packages=(optuna==5.0.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 onnxruntime==1.32.0)
[ "${GP:-1}" = 0 ] || packages+=(torch==2.15.0)
python=$(bash bench/peers.sh tune "${packages[@]}")
"$python" bench/race_tune.py --binary "$binary" --sets "$ZHUOMO_SETS" --seeds "${SEEDS:-10}" \
  --samplers "${SAMPLERS:-tune.auto.v1,tune.auto.v1+earlier}" ${QUICK:+--quick} ${GO_ON:+--go-on} $([ "${LIVE:-1}" = 0 ] && echo --without-live) $([ "${GP:-1}" = 0 ] && echo --without-gp)
[ "${FRONTS:-1}" = 0 ] || "$python" bench/race_fronts.py --binary "$binary" --sets "$ZHUOMO_SETS" --seeds "${SEEDS:-10}" \
  ${QUICK:+--quick} ${GO_ON:+--go-on} $([ "${GP:-1}" = 0 ] && echo --without-gp)
