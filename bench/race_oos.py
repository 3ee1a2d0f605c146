"""The race behind race-oos.sh; see there.

Out of scope: every peer setting (loss, cost, with the out-of-scope rows as a
class or without) and every way to score it is compared on dev; the one with the
highest recall at 5 % rejects there runs on test with its dev threshold. Ours
runs with its defaults and takes its threshold from dev by itself. The best
threshold is the one that turns away exactly 5 % of the test rows in scope.

Few-shot: draws of k rows a class; the rest of the training part without its
labels. The peer is each linear model at the cost that is best on the test part
itself (which favours it); it learns from the labelled rows, its features' rare
pieces from labelled or all rows, whichever is better.
"""
import argparse, csv, gzip, importlib.metadata, json, os, platform, random, statistics, subprocess, sys, tempfile, time, warnings, zipfile, zlib

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

warnings.filterwarnings("ignore")
REJECTS = 0.05
NONE = "oos"


def features(text):
    characters = "char" if any("\u4e00" <= c <= "\u9fff" for t in text[:100] for c in t) else "char_wb"
    grams = (1, 4) if characters == "char" else (2, 5)
    return FeatureUnion([
        ("characters", TfidfVectorizer(analyzer=characters, ngram_range=grams, sublinear_tf=True)),
        ("words", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\b\w+\b")),
    ])


def clinc(sets):
    with gzip.open(sets + "/clinc150/data_full.json.gz") as f:
        return json.load(f)


def banking(sets):
    def read(part):
        with open(f"{sets}/banking77/{part}.csv", newline="", encoding="utf-8") as f:
            return [(r["text"], r["category"]) for r in csv.DictReader(f)]
    return read("train"), read("test")


def crosswoz(sets):
    """Customers' turns with one act-domain pair, a fifth of the dialogues as test."""
    with zipfile.ZipFile(sets + "/crosswoz-val/val.json.zip") as z:
        dialogues = json.loads(z.read("val.json"))
    train, test = [], []
    for name in sorted(dialogues):
        for m in dialogues[name]["messages"]:
            pairs = {a[0] + "-" + a[1] for a in m["dialog_act"]}
            if m["role"] == "usr" and len(pairs) == 1:
                (test if zlib.crc32(name.encode()) % 5 == 0 else train).append((m["content"], pairs.pop()))
    # Classes that have enough rows for ten and a rest.
    often = {l for l in {l for _, l in train} if sum(l == o for _, o in train) >= 20}
    return [r for r in train if r[1] in often], [r for r in test if r[1] in often]


def write(folder, name, rows, labels=True):
    path = os.path.join(folder, name)
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f)
        out.writerow(["text", "label"] if labels else ["text"])
        out.writerows(rows if labels else [[r[0]] for r in rows])
    return path


def ours(binary, *args):
    began = time.perf_counter()
    done = subprocess.run([binary, "train", "--json", *args], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"ours failed: {done.stderr}")
    return json.loads(done.stdout) | {"wall_seconds": round(time.perf_counter() - began, 3)}


def models(quick):
    for cost in (0.3, 1, 3):
        yield f"linearsvc_c{cost}", LinearSVC(C=cost)
    if not quick:
        yield "logistic_c30", LogisticRegression(C=30, max_iter=60)


def softmax(d, t=1.0):
    e = numpy.exp((d - d.max(1, keepdims=True)) / t)
    return e / e.sum(1, keepdims=True)


def ways(d, none):
    """Each way to say how much at home a row is; d are decisions, none the column of the class."""
    own = numpy.delete(d, none, 1) if none is not None else d
    top = own.max(1)
    two = numpy.partition(own, -2, 1)[:, -2:]
    yield "max", top
    yield "margin", two[:, 1] - two[:, 0]
    for t in (0.2, 1.0):
        p = softmax(d, t)
        yield f"probability_t{t}", (numpy.delete(p, none, 1) if none is not None else p).max(1)
    yield "energy_t0.1", 0.1 * numpy.log(numpy.exp((own - top[:, None]) / 0.1).sum(1)) + top
    if none is not None:
        for w in (0.25, 0.5, 1):
            yield f"max_less_{w}_none", top - w * d[:, none]


def recall_at(inside, outside):
    return float((outside < numpy.quantile(inside, REJECTS)).mean())


def race_oos(binary, sets, quick, folder):
    data = clinc(sets)
    parts = {"train": data["train"] + data["oos_train"], "dev": data["val"] + data["oos_val"], "test": data["test"] + data["oos_test"]}
    files = {n: write(folder, n + ".csv", rows) for n, rows in parts.items()}
    runs = []
    for seed in range(1, 2 if quick else 6):
        kept = os.path.join(folder, "answers.jsonl")
        said = ours(binary, "--train", files["train"], "--dev", files["dev"], "--test", files["test"], "--param", "none_label=" + NONE, "--seed", str(seed), "--answers", kept)
        with open(kept) as f:
            rows = [json.loads(line) for line in f]
        inside = numpy.array([-r["out_of_scope"] for r in rows if r["gold"] != [NONE]])
        outside = numpy.array([-r["out_of_scope"] for r in rows if r["gold"] == [NONE]])
        alone = ours(binary, "--train", files["train"], "--test", files["test"], "--param", "none_label=" + NONE, "--seed", str(seed))
        runs.append({"name": "ours", "seed": seed, "accuracy": said["accuracy"], "ece": said["ece"], "seconds": said["wall_seconds"],
                     "rejects": said["scope"]["rejects"], "recall": said["scope"]["recall"], "recall_at_best": recall_at(inside, outside),
                     "rejects_without_dev": alone["scope"]["rejects"], "recall_without_dev": alone["scope"]["recall"]})
    found = []
    for with_none in (True, False):
        rows = parts["train"] if with_none else data["train"]
        f = features([t for t, _ in rows])
        x = normalize(f.fit_transform([t for t, _ in rows]))
        xs = {p: normalize(f.transform([t for t, _ in data[p]])) for p in ("val", "oos_val", "test", "oos_test")}
        for name, model in models(quick):
            began = time.perf_counter()
            model.fit(x, [l for _, l in rows])
            took = time.perf_counter() - began
            none = list(model.classes_).index(NONE) if with_none else None
            d = {p: dict(ways(model.decision_function(v), none)) for p, v in xs.items()}
            accuracy = float((model.predict(xs["test"]) == numpy.array([l for _, l in data["test"]])).mean())
            for way in d["val"]:
                border = numpy.quantile(d["val"][way], REJECTS)
                found.append({"name": f"{name}{'_with_none' if with_none else ''}_{way}", "seed": 1, "seconds": round(took, 2), "accuracy": accuracy,
                              "dev_recall": recall_at(d["val"][way], d["oos_val"][way]), "rejects": float((d["test"][way] < border).mean()),
                              "recall": float((d["oos_test"][way] < border).mean()), "recall_at_best": recall_at(d["test"][way], d["oos_test"][way])})
    best = max(found, key=lambda r: r["dev_recall"])
    mean = lambda key: statistics.mean(r[key] for r in runs)
    for key in ("recall", "recall_at_best", "rejects", "accuracy", "seconds"):
        print(f"clinc150_oos_{key} {mean(key):.4f} {best[key]:.4f} {mean(key) / best[key]:.3f} ({best['name']})")
    without = max((r for r in found if "_with_none" not in r["name"]), key=lambda r: r["dev_recall"])
    print(f"clinc150_oos_recall_of_a_peer_without_such_rows {mean('recall'):.4f} {without['recall']:.4f} {mean('recall') / without['recall']:.3f} ({without['name']})")
    top = max(found, key=lambda r: r["recall_at_best"])
    print(f"clinc150_oos_best_peer_chosen_on_test {mean('recall_at_best'):.4f} {top['recall_at_best']:.4f} {mean('recall_at_best') / top['recall_at_best']:.3f} ({top['name']})")
    print(f"clinc150_ece {mean('ece'):.4f} - -")
    print(f"clinc150_without_dev_rejects_recall {mean('rejects_without_dev'):.4f} {mean('recall_without_dev'):.4f} -")
    return runs + found


def race_few(binary, sets, quick, folder):
    data = clinc(sets)
    runs = []
    for name, (train, test) in {"banking77": banking(sets), "clinc150": (data["train"], data["test"]), "crosswoz": crosswoz(sets)}.items():
        rows = {}
        for text, label in train:
            rows.setdefault(label, []).append(text)
        tested = write(folder, "few-test.csv", test)
        gold = numpy.array([l for _, l in test])
        for k in (5, 10):
            for seed in range(11, 12 if quick else 14):  # draws that no setting was chosen on
                draw = random.Random(seed)
                own, rest = [], []
                for label in sorted(rows):
                    texts = rows[label][:]
                    draw.shuffle(texts)
                    own += [(t, label) for t in texts[:k]]
                    rest += [(t, label) for t in texts[k:]]
                draw.shuffle(own)
                draw.shuffle(rest)
                learnt, unlabelled = write(folder, "few.csv", own), write(folder, "rest.csv", rest, labels=False)
                for who, more in (("ours", ["--rest", unlabelled]), ("ours_without_the_rest", []), ("ours_near", ["--learner", "learn.near.v1"])):
                    said = ours(binary, "--train", learnt, "--test", tested, "--seed", str(seed), *more)
                    runs.append({"set": name, "rows": k, "name": who, "seed": seed, "accuracy": said["accuracy"], "ece": said["ece"], "seconds": said["wall_seconds"]})
                for seen in ("own", "all"):
                    f = features([t for t, _ in own])
                    f.fit([t for t, _ in (own if seen == "own" else own + rest)])
                    x, y = normalize(f.transform([t for t, _ in own])), normalize(f.transform([t for t, _ in test]))
                    for cost in (0.3, 1, 10):
                        peers = [(f"linearsvc_c{cost}", LinearSVC(C=cost))]
                        if not quick and seen == "own" and cost > 1:
                            peers.append(("logistic_c100", LogisticRegression(C=100, max_iter=50, tol=1e-3)))
                        for peer, model in peers:
                            began = time.perf_counter()
                            said = model.fit(x, [l for _, l in own]).predict(y)
                            runs.append({"set": name, "rows": k, "name": f"{peer}_{seen}", "seed": seed, "seconds": round(time.perf_counter() - began, 2), "accuracy": float((said == gold).mean())})
            of = {}
            for r in runs:
                if r["set"] == name and r["rows"] == k:
                    of.setdefault(r["name"], []).append(r)
            mean = {n: statistics.mean(r["accuracy"] for r in list_) for n, list_ in of.items()}
            best = max((n for n in mean if not n.startswith("ours")), key=mean.get)
            print(f"{name}_{k}_rows_accuracy {mean['ours']:.4f} {mean[best]:.4f} {mean['ours'] / mean[best]:.3f} ({best}; ours without the rest {mean['ours_without_the_rest']:.4f})", flush=True)
            near = statistics.mean(r["ece"] for r in of["ours_near"])
            print(f"{name}_{k}_rows_by_nearest_rows_accuracy {mean['ours_near']:.4f} {mean[best]:.4f} {mean['ours_near'] / mean[best]:.3f} (its calibration error {near:.4f})")
            print(f"{name}_{k}_rows_ece {statistics.mean(r['ece'] for r in of['ours']):.4f} - -")
            print(f"{name}_{k}_rows_seconds {statistics.mean(r['seconds'] for r in of['ours']):.2f} {statistics.mean(r['seconds'] for r in of[best]):.2f} -", flush=True)
    return runs


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--binary", required=True)
    ask.add_argument("--sets", required=True)
    ask.add_argument("--quick", action="store_true")
    a = ask.parse_args()
    print("name ours peer ratio")
    with tempfile.TemporaryDirectory() as folder:
        few = race_few(a.binary, a.sets, a.quick, folder)
        oos = race_oos(a.binary, a.sets, a.quick, folder)
    if a.quick:
        return
    versions = {p: importlib.metadata.version(p) for p in ("scikit-learn", "numpy", "scipy")}
    versions["zhuomo"] = json.loads(subprocess.run([a.binary, "version", "--json"], capture_output=True, text=True, check=True).stdout)
    os.makedirs("bench/results", exist_ok=True)
    with open("bench/results/oos.json", "w", encoding="utf-8") as f:
        json.dump({"rules": __doc__, "made": time.strftime("%Y-%m-%d", time.gmtime()), "cores": os.cpu_count(), "load": os.getloadavg(),
                   "machine": platform.system() + " " + platform.machine(), "versions": versions, "out_of_scope": oos, "few_shot": few}, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
