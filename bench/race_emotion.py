"""The race behind race-emotion.sh; see there.

Both sides learn from test_split (27,438 utterances; the set's own train part is not
at hand) and are measured once on valid_split, whose series are others. The peer's
settings are chosen on a dev part: every fifth dialogue of test_split, by its name's
CRC-32. First each context (turns before, by place or pooled, faded, speaker marked or
not) is compared with three models, then on the two best contexts each model of a grid;
the five best on dev are learnt anew from all of test_split. The peer is the best on dev;
the best of the five on valid_split itself, which favours it, is printed beside it.
Ours runs with OURS, chosen on the same dev part and on three series left out of
test_split. Seconds are wall time at the load that is told; cpu_seconds are what one
core at no load would need, features included on both sides.
"""
import argparse, csv, gzip, importlib.metadata, io, json, os, platform, resource, statistics, subprocess, sys, tempfile, time, warnings, zlib

import numpy
from scipy.sparse import diags, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.metrics import f1_score
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

warnings.filterwarnings("ignore")
TURNS, FADE = 8, 0.85
OURS = ["loss=softmax", "balance=1", "cost=0.5", "passes=8", "history_turns=8", "history_pool=true", "history_share=0.45", "history_text=0.3", "history_fade=0.85"]
COLUMNS = ("emotion", "sentiment")


def read(sets, part):
    with gzip.open(f"{sets}/cped/{part}_split.csv.gz") as f:
        rows = list(csv.DictReader(io.TextIOWrapper(f, "utf-8-sig")))
    out, last, said = [], None, []
    for r in rows:
        if r["Dialogue_ID"] != last:
            last, said = r["Dialogue_ID"], []
        out.append({"text": r["Utterance"], "emotion": r["Emotion"], "sentiment": r["Sentiment"], "group": last,
                    "history": [{"who": "customer" if s == r["Speaker"] else "product", "text": t} for s, t in said[-TURNS:]]})
        said.append((r["Speaker"], r["Utterance"]))
    return out


def write(folder, name, rows, column):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as f:
        for r in rows:
            f.write(json.dumps({"text": r["text"], "label": r[column], "group": r["group"], "history": r["history"]}, ensure_ascii=False) + "\n")
    return path


def spent(who):
    u = resource.getrusage(who)
    return u.ru_utime + u.ru_stime


def ours(binary, train, test, column, seed):
    began, before = time.perf_counter(), spent(resource.RUSAGE_CHILDREN)
    params = [x for p in OURS for x in ("--param", p)]
    done = subprocess.run([binary, "train", "--json", "--train", train, "--test", test, "--seed", str(seed), *params], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"ours failed: {done.stderr}")
    said = json.loads(done.stdout)
    return {"name": "ours", "seed": seed, "macro_f1": said["macro_f1"], "accuracy": said["accuracy"], "ece": said["ece"], "fit_seconds": round(said["seconds"], 2),
            "seconds": round(time.perf_counter() - began, 2), "cpu_seconds": round(spent(resource.RUSAGE_CHILDREN) - before, 2)}


class Pieces:
    """Texts and the turns before them as pieces; each is made once."""

    def __init__(self, learn, *others):
        self.analyse = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True).fit([r["text"] for r in learn])
        self.words = TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), sublinear_tf=True, min_df=2).fit([r["text"] for r in learn])
        self.parts = [self.of(rows) for rows in (learn, *others)]

    def of(self, rows):
        back = lambda i: [r["history"][-1 - i]["text"] if len(r["history"]) > i else "" for r in rows]
        same = lambda i: diags([float(len(r["history"]) > i and r["history"][-1 - i]["who"] == "customer") for r in rows])
        return {"text": self.analyse.transform([r["text"] for r in rows]), "words": self.words.transform([r["text"] for r in rows]),
                "before": [self.analyse.transform(back(i)) for i in range(TURNS)], "same": [same(i) for i in range(TURNS)]}

    def context(self, name):
        return [self.join(part, name) for part in self.parts]

    def join(self, part, name):
        kind, *rest = name.split("_")
        text, before = part["text"], part["before"]
        if kind == "none":
            return text
        if kind == "words":
            return hstack([text, part["words"]]).tocsr()
        turns, share = int(rest[0]), float(rest[1])
        if kind == "places":
            return hstack([text] + [before[i] * share for i in range(turns)]).tocsr()
        faded = [before[i] * (share * FADE**i) for i in range(turns)]
        if kind == "pooled":
            return hstack([text, sum(faded)]).tocsr()
        own = sum(part["same"][i] @ faded[i] for i in range(turns))
        return hstack([text, own, sum(faded) - own]).tocsr()  # "speakers"


CONTEXTS = ["none", "words", "places_1_0.4", "places_2_0.4", "places_3_0.4", "pooled_3_0.4", "pooled_8_0.4", "speakers_8_0.4"]


def first(quick):
    return {"linearsvc_c0.15_balanced": LinearSVC(C=0.15, class_weight="balanced", max_iter=200)} if quick else {
        "linearsvc_c0.15_balanced": LinearSVC(C=0.15, class_weight="balanced", max_iter=200),
        "linearsvc_c0.5_balanced": LinearSVC(C=0.5, class_weight="balanced", max_iter=200),
        "complementnb_a0.3": ComplementNB(alpha=0.3)}


def grid():
    for weight in (None, "balanced"):
        mark = "_balanced" if weight else ""
        for c in (0.05, 0.1, 0.25, 0.5, 1):
            yield f"linearsvc_c{c}{mark}", LinearSVC(C=c, class_weight=weight, max_iter=200)
        for c in (0.5, 2):
            yield f"logistic_c{c}{mark}", LogisticRegression(C=c, class_weight=weight, solver="liblinear", max_iter=60)
        for a in (1e-5, 1e-4):
            for loss in ("hinge", "log_loss"):
                yield f"sgd_{loss}_a{a}{mark}", SGDClassifier(loss=loss, alpha=a, class_weight=weight, max_iter=30, random_state=1)
    for a in (0.1, 0.3, 1):
        yield f"complementnb_a{a}", ComplementNB(alpha=a)


def tried(name, context, model, x, y, z, gold, found, column):
    before = spent(resource.RUSAGE_SELF)
    said = model.fit(x, y).predict(z)
    found.append({"name": f"{name}_{context}", "context": context, "column": column, "dev_macro_f1": f1_score(gold, said, average="macro"), "cpu_seconds": round(spent(resource.RUSAGE_SELF) - before, 2)})
    print(f"  {column} {name} {context} dev {found[-1]['dev_macro_f1']:.4f}", file=sys.stderr, flush=True)


def race(binary, sets, quick, folder):
    learn, test = read(sets, "test"), read(sets, "valid")
    runs = {c: [ours(binary, write(folder, "train.jsonl", learn, c), write(folder, "valid.jsonl", test, c), c, s) for s in range(1, 2 if quick else 4)] for c in COLUMNS}
    for c in COLUMNS:  # before the long search, so that a broken run shows nothing
        print(f"  {c} ours {[r['macro_f1'] for r in runs[c]]}", file=sys.stderr, flush=True)
    part = [r for r in learn if zlib.crc32(r["group"].encode()) % 5 != 0]
    dev = [r for r in learn if zlib.crc32(r["group"].encode()) % 5 == 0]
    small = Pieces(part, dev)
    before = spent(resource.RUSAGE_SELF)
    whole = Pieces(learn, test)
    features = spent(resource.RUSAGE_SELF) - before
    out = {}
    for column in COLUMNS:
        y, gold = [r[column] for r in part], [r[column] for r in dev]
        found, joined = [], {}
        for context in CONTEXTS[2:5:2] if quick else CONTEXTS:
            joined = {context: small.context(context)}
            for name, model in first(quick).items():
                tried(name, context, model, joined[context][0], y, joined[context][1], gold, found, column)
        models = dict(first(True)) | dict(grid())
        if not quick:
            of = {}
            for r in found:
                of[r["context"]] = max(of.get(r["context"], 0), r["dev_macro_f1"])
            for context in sorted(of, key=of.get)[-2:]:
                x, z = small.context(context)
                for name, model in grid():
                    if f"{name}_{context}" not in {r["name"] for r in found}:
                        tried(name, context, model, x, y, z, gold, found, column)
        best = sorted(found, key=lambda r: -r["dev_macro_f1"])[: 1 if quick else 5]
        for r in best:
            x, z = whole.context(r["context"])
            before = spent(resource.RUSAGE_SELF)
            said = models[r["name"][: -len(r["context"]) - 1]].fit(x, [q[column] for q in learn]).predict(z)
            wanted = [q[column] for q in test]
            r["macro_f1"], r["accuracy"] = f1_score(wanted, said, average="macro"), float((said == numpy.array(wanted)).mean())
            r["cpu_seconds"] = round(features + spent(resource.RUSAGE_SELF) - before, 2)
        peer, top = best[0], max(best, key=lambda r: r["macro_f1"])
        mean = lambda key: statistics.mean(r[key] for r in runs[column])
        for key in ("macro_f1", "accuracy", "cpu_seconds"):
            print(f"cped_{column}_{key} {mean(key):.4f} {peer[key]:.4f} {mean(key) / peer[key]:.3f} ({peer['name']})")
        print(f"cped_{column}_best_peer_chosen_on_valid {mean('macro_f1'):.4f} {top['macro_f1']:.4f} {mean('macro_f1') / top['macro_f1']:.3f} ({top['name']})")
        print(f"cped_{column}_seconds {mean('seconds'):.2f} - -", flush=True)
        out[column] = runs[column] + found
    return out


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--binary", required=True)
    ask.add_argument("--sets", required=True)
    ask.add_argument("--quick", action="store_true")
    a = ask.parse_args()
    print("name ours peer ratio")
    loads = [os.getloadavg()]
    with tempfile.TemporaryDirectory() as folder:
        runs = race(a.binary, a.sets, a.quick, folder)
    loads.append(os.getloadavg())
    if a.quick:
        return
    versions = {p: importlib.metadata.version(p) for p in ("scikit-learn", "numpy", "scipy")}
    versions["zhuomo"] = json.loads(subprocess.run([a.binary, "version", "--json"], capture_output=True, text=True, check=True).stdout)
    os.makedirs("bench/results", exist_ok=True)
    with open("bench/results/emotion.json", "w", encoding="utf-8") as f:
        json.dump({"rules": __doc__, "made": time.strftime("%Y-%m-%d", time.gmtime()), "cores": os.cpu_count(), "loads": loads,
                   "machine": platform.system() + " " + platform.machine(), "versions": versions, "ours": OURS, "runs": runs}, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
