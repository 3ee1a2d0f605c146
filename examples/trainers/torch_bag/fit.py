"""Learns from {in}, leaves a model in {out}/model. See docs/formats/trainer.md."""
import json, os, sys

import torch

from bag import Bag, batch, read

given, left = sys.argv[1:]
with open(os.path.join(given, "params.json"), encoding="utf-8") as f:
    orders = json.load(f)
with open(os.path.join(given, "labels.json"), encoding="utf-8") as f:
    labels = json.load(f)
rows = read(os.path.join(given, "train.jsonl"))
params, single = orders["params"], orders["task"] == "single"

torch.set_num_threads(1)  # the order of sums, and so the bytes, would depend on it
torch.manual_seed(orders["seed"] % 2**63)
torch.use_deterministic_algorithms(True)
place = {label: i for i, label in enumerate(labels)}
gold = torch.zeros(len(rows), len(labels))
for i, row in enumerate(rows):
    for label in row.get("labels", []):
        gold[i, place[label]] = 1
weight = torch.tensor([row["weight"] for row in rows])

model = Bag(params["width"], len(labels))
steps = torch.optim.Adam(model.parameters(), lr=params["rate"])
loss_of = torch.nn.CrossEntropyLoss(reduction="none") if single else torch.nn.BCEWithLogitsLoss(reduction="none")
for done in range(params["passes"]):
    model.train()
    total = 0.0
    for at in torch.randperm(len(rows)).split(64):
        piece, start = batch([rows[i] for i in at.tolist()])
        loss = loss_of(model(piece, start), gold[at])
        loss = ((loss if single else loss.sum(dim=1)) * weight[at]).mean()
        steps.zero_grad()
        loss.backward()
        steps.step()
        total += loss.item() * len(at)
    print(f"PROGRESS {done + 1}/{params['passes']}")
    print(f"loss {total / len(rows):.4f}")

torch.save(model.state_dict(), os.path.join(left, "model", "weights.pt"))
with open(os.path.join(left, "model", "about.json"), "w", encoding="utf-8") as f:
    json.dump({"task": orders["task"], "labels": labels, "width": params["width"]}, f, ensure_ascii=False)
