"""Learns from {in}, leaves a model in {out}/model. See docs/formats/trainer.md."""
import json, os, sys

import joblib
import numpy
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from texts import read, told

given, left = sys.argv[1:]
with open(os.path.join(given, "params.json"), encoding="utf-8") as f:
    orders = json.load(f)
with open(os.path.join(given, "labels.json"), encoding="utf-8") as f:
    labels = json.load(f)
rows = read(os.path.join(given, "train.jsonl"))
params = orders["params"]

print("PROGRESS 0/3")
pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, params["longest"]), sublinear_tf=True, dtype=numpy.float32)
words = TfidfVectorizer(token_pattern=r"(?u)\b\w+\b", ngram_range=(1, 2), sublinear_tf=True, dtype=numpy.float32)
texts = [told(row) for row in rows]
x = [pieces.fit_transform(texts)]
try:
    x.append(words.fit_transform(texts))
except ValueError:  # not a single word
    words = None
x = hstack(x).tocsr()
print("PROGRESS 1/3")

weights = numpy.array([row["weight"] for row in rows])
place = {label: i for i, label in enumerate(labels)}
one = LogisticRegression(C=params["cost"], max_iter=300, random_state=orders["seed"] % 2**32)
if orders["task"] == "single":
    model = one.fit(x, [place[row["labels"][0]] for row in rows], sample_weight=weights)
else:
    y = numpy.zeros((len(rows), len(labels)), dtype=int)
    for i, row in enumerate(rows):
        for label in row.get("labels", []):
            y[i, place[label]] = 1
    model = OneVsRestClassifier(one).fit(x, y)
print("PROGRESS 2/3")

for part in (pieces, words):
    if part is not None:  # it keeps an address of memory, which is another one each time
        part.__dict__.pop("_stop_words_id", None)

joblib.dump({"task": orders["task"], "labels": labels, "pieces": pieces, "words": words, "model": model},
            os.path.join(left, "model", "model.joblib"))
print("PROGRESS 3/3")

if os.environ.get("MLFLOW_TRACKING_URI"):  # the program gives a run to log to
    try:
        import mlflow
    except ImportError:
        print("no mlflow here: nothing is logged")
    else:
        with mlflow.start_run():
            mlflow.log_params(params)
            mlflow.log_metric("features", x.shape[1])
