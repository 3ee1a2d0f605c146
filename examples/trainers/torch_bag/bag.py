"""The network and how it reads a text."""
import json, zlib

import torch

BUCKETS = 1 << 16


def read(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def pieces(row):
    """Numbers of the pieces of one to four characters, and of the words."""
    text = " ".join([said["text"] for said in row.get("history", [])[-2:]] + [row["text"]]).lower()[:2000]
    text = f"^{text}$"
    found = [text[at:at + n] for n in (1, 2, 3, 4) for at in range(len(text) - n + 1)] + ["w " + word for word in text.split()]
    return [zlib.crc32(piece.encode("utf-8", "replace")) % BUCKETS for piece in found]


def batch(rows):
    """What the network reads: all pieces in one row, and where each text begins."""
    own = [pieces(row) for row in rows]
    starts, at = [], 0
    for one in own:
        starts.append(at)
        at += len(one)
    return torch.tensor([piece for one in own for piece in one]), torch.tensor(starts)


class Bag(torch.nn.Module):
    def __init__(self, width, labels):
        super().__init__()
        self.vectors = torch.nn.EmbeddingBag(BUCKETS, width, mode="mean")
        self.hidden = torch.nn.Linear(width, width)
        self.out = torch.nn.Linear(width, labels)

    def forward(self, piece, start):
        return self.out(torch.relu(self.hidden(self.vectors(piece, start))))
