"""The race behind race-tag.sh; see there.

The peer's clock runs from the read texts to the tagged test texts: features,
training, features, tagging. Ours runs around the whole process: reading,
features, calibration, the saved and synced model, and the test. Processor time
of both; each peer's run stands beside a run of ours made just before it.

One run of a peer with ours before it is a piece. Pieces are kept as they end, so
that a race goes on where it stopped; one that needs more processor time than
--limit is kept as not ended. A ratio of times holds for the model that ran in the
piece. The difference of F1 is that to our newest model, with the middle 95 % of
2,000 paired draws of test texts.
"""
import argparse, gzip, importlib.metadata, json, os, platform, random, resource, subprocess, sys, tempfile, time, unicodedata, zipfile

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


def crosswoz(folder):
    """Customers' turns, with the slots whose value stands in the text; the split is that of learn/learntest."""
    with zipfile.ZipFile(folder + "/crosswoz-val/val.json.zip") as z:
        dialogues = json.loads(z.read("val.json"))
    train, test = [], []
    for name in sorted(dialogues):
        h = 2166136261
        for b in name.encode():
            h = (h ^ b) * 16777619 & 0xFFFFFFFF
        for said in dialogues[name]["messages"]:
            if said["role"] != "usr":
                continue
            text, spans = said["content"], []
            for _, _, slot, value in said["dialog_act"]:
                at = text.find(value) if value and value not in ("none", "是", "否") else -1
                if at >= 0 and slot != "源领域" and not slot.startswith("酒店设施") and all(at + len(value) <= s["start"] or at >= s["end"] for s in spans):
                    spans.append({"start": at, "end": at + len(value), "label": slot})
            (test if h % 5 == 0 else train).append({"text": text, "spans": sorted(spans, key=lambda s: s["start"])})
    return train, test


def sets(folder):
    def uner(name):
        path = f"{folder}/uner-zh-gsdsimp/zh_gsdsimp-ud-{name}"
        with (gzip.open(path, "rt", encoding="utf-8") if path.endswith("gz") else open(path, encoding="utf-8")) as f:
            return columns(f, 1, 2, "")

    def wnut(name):
        with open(f"{folder}/wnut17/{name}", encoding="utf-8") as f:
            return columns(f, 0, 1, " ")

    return {
        "uner_zh": lambda: ("bioes", uner("train.iob2.gz"), uner("test.iob2")),
        "wnut17": lambda: ("bioes", wnut("wnut17train.conll"), wnut("emerging.test.annotated")),
        "crosswoz": lambda: ("bioes", *crosswoz(folder)),
        "snips2017": lambda: ("bio", snips(folder + "/snips2017", "train_%s_full"), snips(folder + "/snips2017", "validate_%s")),
    }


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


def usual_features(text, cut):
    """Those that people give CRFsuite: for words its tutorial's (the word, its ends
    and looks, the neighbours), for Han characters CRF++'s template."""
    words = [text[a:b] for a, b, _ in cut]
    w = ["<", "<"] + [x.lower() for x in words] + [">", ">"]
    out = []
    for i, x in enumerate(words):
        p = w[i:i + 5]
        f = ["bias", "w=" + p[2]]
        if wide(x[0]):
            f += [f"w{j - 2}={p[j]}" for j in (0, 1, 3, 4)] + ["-1|0=" + p[1] + p[2], "0|1=" + p[2] + p[3], "-1|1=" + p[1] + "|" + p[3]]
        else:
            f += ["-3=" + x[-3:], "-2=" + x[-2:], f"upper={x.isupper()}", f"title={x.istitle()}", f"digit={x.isdigit()}"]
            for j, at in (("-1", i - 1), ("+1", i + 1)):
                if 0 <= at < len(words):
                    y = words[at]
                    f += [f"{j}w={y.lower()}", f"{j}title={y.istitle()}", f"{j}upper={y.isupper()}"]
        f += ["BOS"] if i == 0 else []
        f += ["EOS"] if i == len(words) - 1 else []
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


def peer(trainer, passes, features, scheme, train, test):
    t = pycrfsuite.Trainer(trainer, verbose=False)
    if passes:
        t.set("max_iterations", passes)
    for row in train:
        cut = units(row["text"])
        if cut:
            t.append(features(row["text"], cut), tags(row, cut, scheme))
    counts = []
    with tempfile.TemporaryDirectory() as folder:
        t.train(folder + "/model")
        tagger = pycrfsuite.Tagger()
        tagger.open(folder + "/model")
        for row in test:
            cut = units(row["text"])
            found = spans(list(tagger.tag(features(row["text"], cut))), cut) if cut else set()
            counts.append(count(row, found))
        tagger.close()
    return counts


def count(row, found):
    """Of a text: spans found that are gold's, and spans found and gold together."""
    want = {(s["start"], s["end"], s["label"]) for s in row["spans"]}
    return [len(found & want), len(found) + len(want)]


def f1(counts):
    return 2 * sum(c[0] for c in counts) / max(1, sum(c[1] for c in counts))


def difference(own, theirs, draws=2_000):
    """F1 of own counts less that of theirs; the middle 95 % over paired draws of texts."""
    chance, rows, drawn = random.Random(1), [a + b for a, b in zip(own, theirs, strict=True)], []
    for _ in range(draws):
        a, b, c, d = (sum(x) for x in zip(*chance.choices(rows, k=len(rows))))
        drawn.append(2 * a / max(1, b) - 2 * c / max(1, d))
    drawn.sort()
    return {"f1": round(f1(own) - f1(theirs), 4), "low": round(drawn[draws // 40], 4), "high": round(drawn[-draws // 40 - 1], 4)}


def written(counts):
    return " ".join(f"{hit}/{both}" for hit, both in counts)


def read_counts(text):
    return [[int(n) for n in part.split("/")] for part in text.split()]


def ours(binary, train, test):
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in (("train", train), ("test", test)):
            with open(f"{folder}/{name}.jsonl", "w", encoding="utf-8") as f:
                f.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run([binary, "train", "--task", "spans", "--train", folder + "/train.jsonl", "--test", folder + "/test.jsonl",
                               "--answers", folder + "/answers.jsonl", "--json"], capture_output=True, text=True)
        took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0:
            sys.exit(f"ours failed: {done.stderr}")
        with open(folder + "/answers.jsonl", encoding="utf-8") as f:
            counts = [count(row, {(s["start"], s["end"], s["label"]) for s in json.loads(line)["spans"] if s["chosen"]}) for row, line in zip(test, f, strict=True)]
    said = json.loads(done.stdout)
    return {"counts": counts, "f1": f1(counts), "ece": said["ece"], "seconds": round(took, 2),
            "cpu_seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2), "model": said["model"]}


# Trainers with their own numbers of passes, and the fast ones with fewer: name, trainer, passes, features.
PEERS = [(f"{trainer}{passes or ''}_{kind}", trainer, passes, kind)
         for trainer, passes in (("pa", 20), ("ap", 20), ("arow", 20), ("pa", 0), ("lbfgs", 0), ("ap", 0), ("arow", 0), ("l2sgd", 0))
         for kind in ("same", "usual") if passes == 0 or kind == "same"]
FEATURES = {"same": same_features, "usual": usual_features}


def in_child(limit, work):
    """Runs work in a child and gives its answer with its processor time; None where it took more than limit."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        began = time.process_time()
        counts = work()
        answer = {"f1": f1(counts), "cpu_seconds": round(time.process_time() - began, 2), "counts": counts}
        with os.fdopen(write, "w") as f:
            json.dump(answer, f)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as f:
        said = f.read()
    os.waitpid(child, 0)
    return json.loads(said) if said else {"f1": None, "cpu_seconds": limit}


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--binary", required=True)
    ask.add_argument("--sets", required=True)
    ask.add_argument("--quick", action="store_true")
    ask.add_argument("--minutes", type=float, default=1e9, help="begin no piece after so many minutes")
    ask.add_argument("--limit", type=int, default=300, help="seconds of processor time that a run of a peer may take")
    ask.add_argument("--only", default="", help="sets, by comma")
    ask.add_argument("--peers", default="", help="peers' runs, by comma")
    ask.add_argument("--again", action="store_true", help="run what was kept once more")
    a = ask.parse_args()
    place = "bench/results/tag.json"
    kept = {"pieces": [], "ours": {}}
    if not a.quick and os.path.exists(place):
        with open(place, encoding="utf-8") as f:
            kept = {"ours": {}} | json.load(f)
    began, readers = time.monotonic(), sets(a.sets)
    wanted = a.only.split(",") if a.only else list(readers)
    peers = [p for p in PEERS if not a.peers or p[0] in a.peers.split(",")]
    if a.quick:
        wanted, peers = ["uner_zh"], PEERS[:1]
    read = {}
    for name, trainer, passes, kind in peers:
        for data in wanted:
            at = [i for i, p in enumerate(kept["pieces"]) if (p["set"], p["peer"]) == (data, name)]
            if at and not a.again:
                continue
            if (time.monotonic() - began) / 60 > a.minutes:
                sys.exit(3)  # there is more to do
            if data not in read:
                read[data] = readers[data]()
            scheme, train, test = read[data]
            own = ours(a.binary, train, test)
            counts = own.pop("counts")
            run = in_child(a.limit, lambda: peer(trainer, passes, FEATURES[kind], "bio" if kind == "usual" else scheme, train, test))
            piece = {"set": data, "peer": name, "ours": own, "theirs": run, "load": round(os.getloadavg()[0], 1), "made": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime())}
            if run["f1"] is None:
                print(f"{data}_{name} not ended within {a.limit} s", flush=True)
            else:
                print(f"{data}_f1_{name} {own['f1']:.4g} {run['f1']:.4g} {own['f1'] / run['f1']:.3g}")
                print(f"{data}_cpu_seconds_{name} {own['cpu_seconds']:.4g} {run['cpu_seconds']:.4g} {run['cpu_seconds'] / own['cpu_seconds']:.3g}", flush=True)
            if a.quick:
                continue
            if run["f1"] is not None:
                run["counts"] = written(run["counts"])
            kept["ours"][data] = {"f1": own["f1"], "model": own["model"], "counts": written(counts)}
            kept["pieces"] = [p for i, p in enumerate(kept["pieces"]) if i not in at] + [piece]
            kept.update({"clock": " ".join(__doc__.split("\n\n")[1].split()), "limit": a.limit, "cores": os.cpu_count(),
                         "versions": {"python": platform.python_version(), "python-crfsuite": importlib.metadata.version("python-crfsuite")}})
            keep(kept, place)
    if a.quick:
        return
    for piece in kept["pieces"]:
        own, theirs = kept["ours"].get(piece["set"]), piece["theirs"].get("counts")
        if own and theirs:
            if piece.get("difference", {}).get("model") != own["model"]:
                piece["difference"] = {"model": own["model"], **difference(read_counts(own["counts"]), read_counts(theirs))}
            d = piece["difference"]
            print(f"{piece['set']}_f1_over_{piece['peer']} {d['f1']:.4f} (from {d['low']:.4f} to {d['high']:.4f})")
    keep(kept, place)


def keep(kept, place):
    os.makedirs("bench/results", exist_ok=True)
    with open(place + ".new", "w", encoding="utf-8") as f:
        json.dump(kept, f, indent=1)
    os.replace(place + ".new", place)


if __name__ == "__main__":
    main()
