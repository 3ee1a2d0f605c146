"""Answers for the model of fit.py: a line of JSON in, a line of JSON out."""
import json, os, sys, warnings

import joblib
import numpy
from scipy.sparse import hstack

from texts import told

warnings.filterwarnings("ignore")
kept = joblib.load(os.path.join(sys.argv[1], "model.joblib"))
model, labels = kept["model"], kept["labels"]


def answer(rows):
    texts = [told(row) for row in rows]
    x = hstack([part.transform(texts) for part in (kept["pieces"], kept["words"]) if part is not None]).tocsr()
    p = model.predict_proba(x)
    if kept["task"] == "single":  # labels without a row are not among its classes
        out = numpy.zeros((len(rows), len(labels)))
        out[:, model.classes_] = p
        return out.tolist()
    return p.tolist()


print(json.dumps({"ready": True, "labels": labels}), flush=True)
for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps({"id": question["id"], "p": answer(question["rows"])}), flush=True)
