"""The race behind race-tag.sh; see there.

The peer's clock runs from the read texts to the tagged test texts: features,
training, features, tagging. Ours runs around the whole process: reading,
features, calibration, the saved and synced model, and the test.
"""
import argparse, gzip, importlib.metadata, json, os, platform, resource, subprocess, sys, tempfile, time, unicodedata

import pycrfsuite

SNIPS = ["AddToPlaylist", "BookRestaurant", "GetWeather", "PlayMusic", "RateBook", "SearchCreativeWork", "SearchScreeningEvent"]


def columns(lines, token, tag, between):
    """Rows of a file with one token a line; spans are joined from BIO tags."""
    rows, text, spans, now = [], "", [], None
    for line in list(lines) + [""]:
        line = line.rstrip("\n")
        if line.startswith("# "):
            continue
        if not line.strip():
            if text:
                rows.append({"text": text, "spans": spans})
            text, spans, now = "", [], None
            continue
        parts = line.split("\t")
        text += between if text else ""
        start, label = len(text), parts[tag]
        text += parts[token]
        if label == "O":
            now = None
        elif label[0] == "B" or now is None or now["label"] != label[2:]:
            now = {"start": start, "end": len(text), "label": label[2:]}
            spans.append(now)
        else:
            now["end"] = len(text)
    return rows


def snips(folder, name):
    rows = []
    for intent in SNIPS:
        with open(f"{folder}/{name % intent}.json", "rb") as f:
            raw = f.read()
        try:
            said = json.loads(raw.decode())
        except UnicodeDecodeError:
            said = json.loads(raw.decode("latin-1"))
        for one in said[intent]:
            text, spans = "", []
            for part in one["data"]:
                start = len(text)
                text += part["text"]
                if "entity" in part:
                    spans.append({"start": start, "end": len(text), "label": part["entity"]})
            rows.append({"text": text, "spans": spans})
    return rows


def sets(folder):
    def uner(name):
        path = f"{folder}/uner-zh-gsdsimp/zh_gsdsimp-ud-{name}"
        with (gzip.open(path, "rt", encoding="utf-8") if path.endswith("gz") else open(path, encoding="utf-8")) as f:
            return columns(f, 1, 2, "")

    def wnut(name):
        with open(f"{folder}/wnut17/{name}", encoding="utf-8") as f:
            return columns(f, 0, 1, " ")

    yield "uner_zh", "bioes", uner("train.iob2.gz"), uner("test.iob2")
    yield "wnut17", "bioes", wnut("wnut17train.conll"), wnut("emerging.test.annotated")
    yield "snips2017", "bio", snips(folder + "/snips2017", "train_%s_full"), snips(folder + "/snips2017", "validate_%s")


def wide(c):
    c = ord(c)
    return (0x2E80 <= c <= 0x9FFF or 0xAC00 <= c <= 0xD7AF or 0xF900 <= c <= 0xFAFF or 0x20000 <= c <= 0x3FFFF) and not 0x3000 <= c <= 0x303F


def letter(c):
    return (c.isalpha() or unicodedata.category(c)[0] == "M") and not wide(c)


def digit(c):
    return unicodedata.category(c) == "Nd"


def units(text):
    out, i, space = [], 0, True
    while i < len(text):
        c, start = text[i], i
        if c <= " " or c.isspace():
            space, i = True, i + 1
            continue
        same = None if wide(c) else letter if letter(c) else digit if digit(c) else None
        i += 1
        while same and i < len(text) and same(text[i]):
            i += 1
        out.append((start, i, space))
        space = False
    return out


def kind(word):
    if wide(word[0]):
        return "W"
    if digit(word[0]):
        return "D"
    if not letter(word[0]):
        return "S" + word[0]
    upper = sum(c.isupper() for c in word)
    return "l" if upper == 0 else "U" if upper == len(word) > 1 else "T" if upper == 1 and word[0].isupper() else "M"


def shape(word):
    out = ""
    for c in word:
        k = "X" if c.isupper() else "x" if c.isalpha() else "d" if c.isdigit() else c
        if out[-1:] != k:
            out += k
    return out


def same_features(text, cut):
    """Those of learn/chain/features.go, as text."""
    words = ["<", "<"] + [text[a:b].lower() for a, b, _ in cut] + [">", ">"]
    kinds = ["0", "0"] + [kind(text[a:b]) for a, b, _ in cut] + ["0", "0"]
    out = []
    for i, (a, b, space) in enumerate(cut):
        w, k = words[i:i + 5], kinds[i:i + 5]
        f = ["b"] + [f"1{j}{w[j]}" for j in range(5)] + [f"2{j}{w[j]}|{w[j + 1]}" for j in range(4)] + [f"24{w[1]}|{w[3]}"]
        f += [f"3{j}{w[j]}|{w[j + 1]}|{w[j + 2]}" for j in range(3)] + [f"4{j}{k[j]}|{k[j + 1]}" for j in range(4)]
        f += ["44" + "|".join(k[1:4]), "45" + "|".join(k)] + (["46" + k[2]] if space else [])
        if b - a < 2 and k[2] == "W":
            f += [f"47{w[1]}|{k[3]}", f"48{k[1]}|{w[3]}"]
        else:
            f += [f"50{k[2]}|{w[2]}", f"51{w[1]}|{k[2]}", f"52{k[2]}|{w[3]}", "80" + shape(text[a:b])]
            word = text[a:b].lower()
            for n in range(1, min(len(word), 5)):
                f += [f"6{n}{word[:n + 1]}", f"7{n}{word[-n - 1:]}"]
        out.append(f)
    return out


def tags(row, cut, scheme):
    out = ["O"] * len(cut)
    for s in row["spans"]:
        inside = [i for i, (a, b, _) in enumerate(cut) if b > s["start"] and a < s["end"]]
        for n, i in enumerate(inside):
            part = "B" if n == 0 else "I"
            if scheme == "bioes":
                part = "S" if len(inside) == 1 else "E" if n == len(inside) - 1 else part
            out[i] = part + "-" + s["label"]
    return out


def spans(said, cut):
    out, now = set(), None
    for i, t in enumerate(said + ["O"]):
        if now and (t == "O" or t[0] in "BS" or t[2:] != now[2]):
            out.add(tuple(now))
            now = None
        if t != "O":
            now = now or [cut[i][0], 0, t[2:]]
            now[1] = cut[i][1]
    return out


def peer(trainer, scheme, train, test):
    t = pycrfsuite.Trainer(trainer, verbose=False)
    for row in train:
        cut = units(row["text"])
        if cut:
            t.append(same_features(row["text"], cut), tags(row, cut, scheme))
    hit = said = gold = 0
    with tempfile.TemporaryDirectory() as folder:
        t.train(folder + "/model")
        tagger = pycrfsuite.Tagger()
        tagger.open(folder + "/model")
        for row in test:
            cut = units(row["text"])
            found = spans(list(tagger.tag(same_features(row["text"], cut))), cut) if cut else set()
            want = {(s["start"], s["end"], s["label"]) for s in row["spans"]}
            hit, said, gold = hit + len(found & want), said + len(found), gold + len(want)
        tagger.close()
    return 2 * hit / (said + gold)


def ours(binary, train, test):
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in (("train", train), ("test", test)):
            with open(f"{folder}/{name}.jsonl", "w", encoding="utf-8") as f:
                f.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run([binary, "train", "--task", "spans", "--train", folder + "/train.jsonl", "--test", folder + "/test.jsonl", "--json"],
                              capture_output=True, text=True)
        took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"ours failed: {done.stderr}")
    said = json.loads(done.stdout)
    return {"f1": said["micro_f1"], "ece": said["ece"], "seconds": round(took, 2),
            "cpu_seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2), "model": said["model"]}


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--binary", required=True)
    ask.add_argument("--sets", required=True)
    ask.add_argument("--quick", action="store_true")
    a = ask.parse_args()
    runs = []
    for name, scheme, train, test in sets(a.sets):
        own = {"set": name, "name": "ours", **ours(a.binary, train, test)}
        runs.append(own)
        for trainer in ["pa"] if a.quick else ["pa", "ap", "arow", "l2sgd", "lbfgs"]:
            began, worked = time.perf_counter(), time.process_time()
            f1 = peer(trainer, scheme, train, test)
            run = {"set": name, "name": "crfsuite_" + trainer, "f1": f1, "seconds": round(time.perf_counter() - began, 2), "cpu_seconds": round(time.process_time() - worked, 2)}
            runs.append(run)
            for what in ("f1", "cpu_seconds"):
                ratio = own[what] / run[what] if what == "f1" else run[what] / own[what]
                print(f"{name}_{what}_{run['name']} {own[what]:.4g} {run[what]:.4g} {ratio:.3g}", flush=True)
        if a.quick:
            break
    if not a.quick:
        os.makedirs("bench/results", exist_ok=True)
        with open("bench/results/tag.json", "w", encoding="utf-8") as f:
            json.dump({"clock": __doc__.split("\n\n")[1].replace("\n", " "), "made": time.strftime("%Y-%m-%d", time.gmtime()), "cores": os.cpu_count(),
                       "versions": {"python": platform.python_version(), "python-crfsuite": importlib.metadata.version("python-crfsuite")}, "runs": runs}, f, indent=1)


if __name__ == "__main__":
    main()
