"""How rows are read, alike when learning and when answering."""
import json


def read(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def told(row):
    """The text with the last two turns before it."""
    return " ".join([said["text"] for said in row.get("history", [])[-2:]] + [row["text"]])
