"""Answers for the model of fit.py: a line of JSON in, a line of JSON out."""
import json, os, sys

import torch

from bag import Bag, batch

torch.set_num_threads(1)
with open(os.path.join(sys.argv[1], "about.json"), encoding="utf-8") as f:
    about = json.load(f)
model = Bag(about["width"], len(about["labels"]))
model.load_state_dict(torch.load(os.path.join(sys.argv[1], "weights.pt"), weights_only=True))
model.eval()


@torch.no_grad()
def answer(rows):
    scores = model(*batch(rows)).double()
    return (torch.softmax(scores, 1) if about["task"] == "single" else torch.sigmoid(scores)).tolist()


print(json.dumps({"ready": True, "labels": about["labels"]}), flush=True)
for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps({"id": question["id"], "p": answer(question["rows"])}), flush=True)
