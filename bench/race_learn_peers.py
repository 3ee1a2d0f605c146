"""The peers of race-learn.sh on the labelled sets, each with its grid.

A peer is a list of settings; fit(setting, train, labels) gives a function from
texts to a matrix of scores, one column a label. Pieces of characters for
Chinese are 1–2, 1–3 or 1–4, for other text 2–5 within words; words 1–2; all
TF-IDF with sublinear counts.
"""
import os, tempfile, warnings

import numpy
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

warnings.filterwarnings("ignore")


class Features:
    """Vectorisers fitted once a train part and family."""

    def __init__(self, texts, chinese):
        self.texts, self.chinese, self.made = texts, chinese, {}

    def families(self):
        return ["characters 1-2", "characters 1-3", "characters 1-4"] if self.chinese else ["words", "characters", "both"]

    def richest(self):
        return self.families()[1 if self.chinese else 2]

    def get(self, family):
        if family not in self.made:
            tf = lambda **k: TfidfVectorizer(sublinear_tf=True, **k)
            if self.chinese:
                v = [tf(analyzer="char", ngram_range=(1, int(family[-1])))]
            else:
                v = [tf(ngram_range=(1, 2), token_pattern=r"\b\w+\b")] if family != "characters" else []
                v += [tf(analyzer="char_wb", ngram_range=(2, 5))] if family != "words" else []
            x = sparse.hstack([one.fit_transform(self.texts) for one in v]).tocsr()
            self.made[family] = x, lambda texts: sparse.hstack([one.transform(texts) for one in v]).tocsr()
        return self.made[family]


def scikit(make):
    def fit(setting, f, labels, names, multi, seed=1):
        family, values = setting
        x, transform = f.get(family)
        model = make(values, seed)
        if multi:
            y = numpy.array([[n in ls for n in names] for ls in labels], dtype=int)
            model = OneVsRestClassifier(model).fit(x, y)
            score = model.decision_function if hasattr(model, "decision_function") and not isinstance(model.estimator, ComplementNB) else model.predict_proba
            return lambda texts: score(transform(texts))
        model.fit(x, [ls[0] for ls in labels])

        def scores(texts):
            z = transform(texts)
            d = model.decision_function(z) if hasattr(model, "decision_function") else model.predict_log_proba(z)
            if d.ndim == 1:
                d = numpy.stack([-d, d], 1)
            return spread(d, list(model.classes_), names)
        return scores
    return fit


def spread(d, has, names):
    out = numpy.full((len(d), len(names)), -1e9)
    out[:, [names.index(c) for c in has]] = d
    return out


def liblinear(setting, f, labels, names, multi, seed=1):
    from liblinear import liblinearutil
    family, (solver, cost) = setting
    x, transform = f.get(family)
    model = liblinearutil.train(numpy.array([names.index(ls[0]) for ls in labels], dtype=float), x, f"-s {solver} -c {cost} -q")

    def scores(texts):
        z = transform(texts)
        said = numpy.array(liblinearutil.predict([], z, model, "-q")[0], dtype=int)
        return numpy.eye(len(names))[said]
    return scores


def apart(text, chinese):
    text = " ".join(text.lower().split())
    return " ".join(c for c in text if c != " ") if chinese else text


def fasttext(setting, f, labels, names, multi, seed=1):
    import fasttext as ft
    rate, epochs, grams, pieces = setting
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        for text, ls in zip(f.texts, labels):
            file.write(" ".join(f"__label__{names.index(l)}" for l in ls) + " " + apart(text, f.chinese) + "\n")
        file.flush()
        model = ft.train_supervised(file.name, lr=rate, epoch=epochs, wordNgrams=grams, minn=pieces[0], maxn=pieces[1], dim=100,
                                    bucket=200000, loss="ova" if multi else "softmax", thread=1, seed=seed, verbose=0)

    def scores(texts):
        out = numpy.zeros((len(texts), len(names)))
        for i, t in enumerate(texts):
            # Asked through the C++ object: the Python wrapper of 0.9.2 fails with NumPy 2.
            for p, l in model.f.predict(apart(t, f.chinese) + "\n", len(names) if multi else 1, 0.0, "strict"):
                out[i, int(l.removeprefix("__label__"))] = p
        return out
    return scores


def wabbit(setting, f, labels, names, multi, seed=1):
    from vowpalwabbit import Workspace
    loss, rate, passes = setting
    clean = lambda s: apart(s, f.chinese).replace(":", "\u00b7").replace("|", "\u00a6")

    def line(text, label=None):
        words = clean(text)
        pieces = [] if f.chinese else [f"{w[i:i + n]}" for w in (f"_{w}_" for w in words.split()) for n in (2, 3, 4, 5) for i in range(len(w) - n + 1)]
        return ("" if label is None else f"{label + 1} ") + f"|w {words}" + (" |c " + " ".join(pieces) if pieces else "")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "train.vw")
        order = numpy.random.default_rng(seed).permutation(len(labels))
        with open(path, "w", encoding="utf-8") as file:
            for i in order:
                file.write(line(f.texts[i], names.index(labels[i][0])) + "\n")
        grams = "--ngram w2 --ngram w3" if f.chinese else "--ngram w2"
        kept = os.path.join(folder, "model")
        Workspace(f"--oaa {len(names)} --loss_function {loss} -l {rate} --passes {passes} --holdout_off -b 22 {grams} "
                  f"-d {path} --cache_file {path}.cache -f {kept} --quiet --random_seed {seed}").finish()
        with open(kept, "rb") as file:
            raw = file.read()
    path = tempfile.NamedTemporaryFile(suffix=".vw")
    path.write(raw)
    path.flush()

    def scores(texts):
        model = Workspace(f"-i {path.name} -t --quiet")
        said = numpy.array([model.predict(line(t)) for t in texts]) - 1
        model.finish()
        return numpy.eye(len(names))[said]
    return scores


def settings(f, multi, classes):
    """Peer → its fit and its grid on this set."""
    rich, every = f.richest(), f.families()
    large = classes * len(f.texts) > 500_000
    with_costs = lambda families, costs: [(a, c) for a in families for c in costs]
    out = {
        "linearsvc": (scikit(lambda c, seed: LinearSVC(C=c, random_state=seed)), with_costs([rich] if large and multi else every, [0.1, 0.3, 1, 3])),
        "complement_nb": (scikit(lambda c, seed: ComplementNB(alpha=c)), with_costs(every, [0.1, 0.3, 1])),
        "sgd": (scikit(lambda c, seed: SGDClassifier(loss=c[0], alpha=c[1], random_state=seed)),
                with_costs([rich], [(l, a) for l in ("hinge", "modified_huber") for a in (1e-5, 3e-5, 1e-4)])),
    }
    if multi:
        out["logistic"] = (scikit(lambda c, seed: LogisticRegression(C=c, solver="liblinear")), with_costs([rich], [3, 10] if large else [3, 10, 30]))
    else:
        out["logistic"] = (scikit(lambda c, seed: LogisticRegression(C=c, max_iter=100)), with_costs([rich], [10] if large else [3, 10, 30]))
        out["liblinear"] = (liblinear, with_costs([rich], [(4, 0.3), (4, 1), (4, 3), (7, 3), (7, 10), (7, 30)]))
        out["vw"] = (wabbit, [("logistic", 0.5, 10), ("logistic", 1.5, 20), ("hinge", 0.5, 10), ("hinge", 0.5, 20)])
    pieces = (0, 0) if f.chinese else (2, 5)
    out["fasttext"] = (fasttext, [(0.5, 25, 2, pieces), (0.2, 25, 2, pieces), (0.5, 10, 3, pieces), (0.5, 50, 2, (0, 0))])
    return out
