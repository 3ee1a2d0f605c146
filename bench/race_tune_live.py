"""The live tasks of race_tune.py: a setting is learnt with and judged on the spot.

Each has a thousand rows to learn from and five hundred to judge by, of the set's own parts;
the score is the share that is right. What is best is what any racer ever found, the middle
is the median of what random search tried.
"""
import csv, gzip, io, json, random, subprocess

ROWS, JUDGED = 1000, 500


def table(path, text, label, delimiter=","):
    opened = gzip.open(path, "rt", encoding="utf-8-sig") if path.endswith(".gz") else open(path, encoding="utf-8-sig")
    with opened as f:
        return [{"text": r[text], "label": r[label]} for r in csv.DictReader(io.StringIO(f.read()), delimiter=delimiter) if r[text] and r[label]]


def cut(name, train, test):
    rng = random.Random(name)
    rows = rng.sample(train, min(ROWS, len(train)))
    known = {r["label"] for r in rows}
    judged = [r for r in test if r["label"] in known]
    return rows, rng.sample(judged, min(JUDGED, len(judged)))


def sets(root):
    sib = f"{root}/sib200-zh/zho_Hans"
    return {
        "banking77": cut("banking77", table(f"{root}/banking77/train.csv", "text", "category"), table(f"{root}/banking77/test.csv", "text", "category")),
        "sib200": cut("sib200", table(f"{sib}/train.tsv", "text", "category", "\t"), table(f"{sib}/dev.tsv", "text", "category", "\t") + table(f"{sib}/test.tsv", "text", "category", "\t")),
        "cold": cut("cold", table(f"{root}/cold/train.csv.gz", "TEXT", "label"), table(f"{root}/cold/test.csv", "TEXT", "label")),
    }


class Live:
    def __init__(self, name, dials, measure):
        self.name, self.dials, self.measure, self.known = name, dials, measure, {}

    def begin(self):
        pass

    def score(self, values):
        key = json.dumps(values, sort_keys=True)
        if key not in self.known:
            self.known[key] = self.measure(values)
        return self.known[key], values


def ours(name, binary, rows, test):
    """Our default learner, in a process of its own."""
    process = subprocess.Popen([binary, "bench", "fit"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(line):
        process.stdin.write(json.dumps(line) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    dials = []
    for p in ask({"rows": rows, "test": test, "seed": 1})["dials"]:
        if p["kind"] == "bool":
            p = {"name": p["name"], "kind": "bool", "min": 0, "max": 0, "log": False}
        dials.append({"name": p["name"], "kind": p["kind"], "min": p["min"], "max": p["max"], "log": p.get("log", False)} | ({"choices": p["choices"]} if p.get("choices") else {}))
    return Live(name, dials, lambda values: ask({"values": values}).get("score"))


def number(name, kind, low, high, log=False):
    return {"name": name, "kind": kind, "min": low, "max": high, "log": log}


def choice(name, *choices):
    return {"name": name, "kind": "choice", "min": 0, "max": 0, "log": False, "choices": list(choices)}


def support(rows, test):
    """A linear support vector machine on characters of several lengths."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC
    from sklearn.pipeline import make_pipeline
    dials = [number("longest", "int", 1, 5), number("least", "int", 1, 5), choice("count", "plain", "logarithm"), number("c", "float", 1e-3, 100, True)]

    def measure(v):
        model = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, v["longest"]), min_df=v["least"], sublinear_tf=v["count"] == "logarithm"),
                              LinearSVC(C=v["c"], random_state=0))
        model.fit([r["text"] for r in rows], [r["label"] for r in rows])
        return float(model.score([r["text"] for r in test], [r["label"] for r in test]))
    return dials, measure


def descent(rows, test):
    """A linear model by stochastic gradient descent, on hashed characters."""
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import SGDClassifier
    hashed = HashingVectorizer(analyzer="char", ngram_range=(1, 3), n_features=1 << 16)
    x, judged = hashed.transform([r["text"] for r in rows]), hashed.transform([r["text"] for r in test])
    dials = [number("alpha", "float", 1e-7, 0.1, True), choice("loss", "hinge", "log_loss", "modified_huber", "squared_hinge"),
             choice("penalty", "l2", "l1", "elasticnet"), number("l1_ratio", "float", 0, 1), number("eta0", "float", 1e-4, 10, True),
             choice("learning_rate", "optimal", "constant", "invscaling", "adaptive")]

    def measure(v):
        model = SGDClassifier(random_state=0, max_iter=30, tol=1e-3, **v).fit(x, [r["label"] for r in rows])
        return float(model.score(judged, [r["label"] for r in test]))
    return dials, measure


def trees(rows, test):
    """Randomised trees on sixty dimensions of a text."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    seen = make_pipeline(TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2), TruncatedSVD(60, random_state=0))
    x = seen.fit_transform([r["text"] for r in rows])
    judged = seen.transform([r["text"] for r in test])
    dials = [number("n_estimators", "int", 5, 60, True), number("max_depth", "int", 2, 40), number("min_samples_leaf", "int", 1, 20, True),
             number("max_features", "float", 0.02, 1, True), choice("criterion", "gini", "entropy")]

    def measure(v):
        model = ExtraTreesClassifier(random_state=0, **v).fit(x, [r["label"] for r in rows])
        return float(model.score(judged, [r["label"] for r in test]))
    return dials, measure


def quiet(measure):
    """A setting that does not learn fails; warnings are no news."""
    import warnings

    def measured(values):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return measure(values)
            except (ValueError, FloatingPointError):
                return None
    return measured


def tasks(root, binary):
    parts = sets(root)
    out = [ours("linear-" + name, binary, *part) for name, part in parts.items()]
    for name, of, make in (("svm-sib200", "sib200", support), ("descent-cold", "cold", descent), ("trees-banking77", "banking77", trees)):
        dials, measure = make(*parts[of])
        out.append(Live(name, dials, quiet(measure)))
    return out
