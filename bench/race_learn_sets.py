"""The labelled sets of race-learn.sh, each as rows with a train, dev and test part or with five folds.

Only the text is given to anyone: no turns before, no other columns. Where a set
has no dev part, every tenth group of its train part is one for tuning, and the
setting chosen there learns from all of train. Without a train part: five folds;
settings are tuned within the first fold's train part and hold for all five.
Labels with fewer than five rows are left out of sets in folds.
"""
import collections, csv, gzip, hashlib, io, json, os, re, zipfile, zlib

FOLDS = 5


class Set:
    """Parts of (text, labels) rows; half characters of broken files are replaced, test is whole when there are folds, fold i its i-th part."""

    def __init__(self, name, train, dev, test, multi=False, groups=None):
        whole = lambda rows: rows and [(t.encode("utf-8", "replace").decode(), ls) for t, ls in rows]
        self.name, self.train, self.dev, self.test, self.multi = name, whole(train), whole(dev), whole(test), multi
        self.folds = None
        if train is None:
            count = collections.Counter(l for _, ls in test for l in ls)
            keep = [i for i, (_, ls) in enumerate(test) if all(count[l] >= FOLDS for l in ls)]
            groups = [groups[i] if groups else str(i) for i in keep]
            self.test = [self.test[i] for i in keep]
            self.folds = [zlib.crc32(g.encode()) % FOLDS for g in groups]
        self.chinese = sum("\u4e00" <= c <= "\u9fff" for t, _ in self.test[:200] for c in t) > 200

    def parts(self):
        """Each fold, or the one split: train, dev or None, test."""
        if self.folds is None:
            yield self.train, self.dev, self.test
            return
        for fold in range(FOLDS):
            yield ([r for r, f in zip(self.test, self.folds) if f != fold], None,
                   [r for r, f in zip(self.test, self.folds) if f == fold])

    def gold(self):
        """The labels of all test rows, in the order in which parts gives them."""
        return [ls for _, _, test in self.parts() for _, ls in test]


def table(path, delimiter=","):
    opened = gzip.open(path) if path.endswith(".gz") else open(path, "rb")
    with opened as f:
        return list(csv.DictReader(io.TextIOWrapper(f, "utf-8-sig", newline=""), delimiter=delimiter,
                                   quoting=csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL))


def columns(text, label, rows):
    return [(r[text], [r[label]]) for r in rows]


def banking(d):
    read = lambda part: columns("text", "category", table(f"{d}/banking77/{part}.csv"))
    return Set("banking77", read("train"), None, read("test"))


def clinc(size):
    def make(d):
        with gzip.open(f"{d}/clinc150/data_{size}.json.gz") as f:
            data = json.load(f)
        return Set(f"clinc150-{size}", *([(t, [l]) for t, l in data[p]] for p in ("train", "val", "test")))
    return make


def sib(language):
    def make(d):
        return Set("sib200-" + language, *(columns("text", "category", table(f"{d}/sib200-zh/{language}/{p}.tsv", "\t")) for p in ("train", "dev", "test")))
    return make


def cold(d):
    return Set("cold", *(columns("TEXT", "label", table(f"{d}/cold/{p}")) for p in ("train.csv.gz", "dev.csv.gz", "test.csv")))


def cped(column):
    def make(d):
        # Its train part is not at hand: the larger of the two others is learnt from.
        read = lambda part: columns("Utterance", column, table(f"{d}/cped/{part}_split.csv.gz"))
        return Set("cped-" + column.lower(), read("test"), None, read("valid"))
    return make


def crosswoz(d):
    with zipfile.ZipFile(d + "/crosswoz-val/val.json.zip") as z:
        dialogues = json.loads(z.read("val.json"))
    rows, groups = [], []
    for name in sorted(dialogues):
        for m in dialogues[name]["messages"]:
            if m["role"] == "usr" and m["dialog_act"]:
                rows.append((m["content"], sorted({a[0] + "-" + a[1] for a in m["dialog_act"]})))
                groups.append(name)
    return Set("crosswoz-val", None, None, rows, multi=True, groups=groups)


def snips(d):
    def read(part):
        out = []
        for name in sorted(os.listdir(d + "/snips2017")):
            found = re.fullmatch(part, name)
            if found:
                with open(f"{d}/snips2017/{name}", "rb") as f:
                    raw = f.read()
                try:
                    data = json.loads(raw)
                except UnicodeDecodeError:
                    data = json.loads(raw.decode("latin-1"))
                out += [("".join(p["text"] for p in q["data"]).strip(), [found[1]]) for q in data[found[1]]]
        return out
    return Set("snips2017", read(r"train_([A-Za-z]+)_full\.json"), None, read(r"validate_([A-Za-z]+)\.json"))


def goemotions(d):
    def read(part):
        opened = gzip.open(f"{d}/goemotions/{part}", "rt", encoding="utf-8") if part.endswith(".gz") else open(f"{d}/goemotions/{part}", encoding="utf-8")
        with opened as f:
            return [(r[0], r[1].split(",")) for r in (line.rstrip("\n").split("\t") for line in f) if len(r) == 3]
    return Set("goemotions", read("train.tsv.gz"), read("dev.tsv"), read("test.tsv"), multi=True)


def xed(d):
    with open(d + "/xed-zh/cn-projections.tsv", encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f]
    return Set("xed-zh", None, None, [(r[0], r[1].replace(" ", "").split(",")) for r in rows if len(r) == 2 and r[1]], multi=True)


def asap(d):
    def read(part):
        return [(r["reviewbody"], [str(int(float(r["star"])))]) for r in table(f"{d}/asap-sample/{part}_sample.csv")]
    return Set("asap-sample", read("train"), read("dev"), read("test"))


def xsid(d):
    rows, text = [], None
    with open(d + "/xsid-zh-valid/zh.valid.conll", encoding="utf-8") as f:
        for line in f:
            if line.startswith("# text = "):
                text = line[9:].strip()
            elif line.startswith("# intent = "):
                rows.append((text, [line[11:].strip()]))
    return Set("xsid-zh-valid", None, None, rows)


def bitext(d):
    return Set("bitext-support", *(columns("utterance", "intent", table(f"{d}/bitext-support/{p}.csv")) for p in ("train", "dev", "test")))


def chatterbot(d):
    rows, groups = [], []
    for name in sorted(os.listdir(d + "/chatterbot-zh/chinese")):
        with open(f"{d}/chatterbot-zh/chinese/{name}", encoding="utf-8") as f:
            for line in f:
                if line.startswith("- - "):  # the question; one question stands in one fold
                    rows.append((line[4:].strip(), [name.removesuffix(".yml")]))
                    groups.append(line[4:].strip())
    return Set("chatterbot-zh", None, None, rows, groups=groups)


def rasa(path, name):
    def make(d):
        rows, intent = [], None
        with open(f"{d}/rasa-bots/{path}", encoding="utf-8") as f:
            if path.endswith(".json"):
                rows = [(r["text"], [r["intent"]]) for r in json.load(f)["rasa_nlu_data"]["common_examples"]]
            else:
                for line in f:
                    if found := re.match(r"\s*- (intent|lookup|synonym|regex): *(\S+)", line):
                        intent = found[2] if found[1] == "intent" else None
                    elif intent and (found := re.match(r"\s+- (.+)", line)):
                        rows.append((re.sub(r"\[([^\]]*)\](\([^)]*\)|\{[^}]*\})", r"\1", found[1]), [intent]))
        return Set(name, None, None, [r for r in rows if r[0].strip()])
    return make


SETS = {
    "asap-sample": asap, "xsid-zh-valid": xsid, "chatterbot-zh": chatterbot, "rasa-zh-medical": rasa("rasa-nlu-chi/demo-rasa_zh_medical.json", "rasa-zh-medical"),
    "rasa-banking": rasa("nlu-training-data/banking/nlu.yml", "rasa-banking"), "rasa-helpdesk": rasa("helpdesk-assistant/data/nlu.yml", "rasa-helpdesk"),
    "rasa-financial": rasa("financial-demo/data/nlu/nlu.yml", "rasa-financial"),
    "sib200-zho_Hans": sib("zho_Hans"), "sib200-yue_Hant": sib("yue_Hant"), "sib200-eng_Latn": sib("eng_Latn"), "xed-zh": xed,
    "bitext-support": bitext, "snips2017": snips, "crosswoz-val": crosswoz, "banking77": banking, "cold": cold,
    "cped-sentiment": cped("Sentiment"), "cped-emotion": cped("Emotion"), "cped-da": cped("DA"),
    "clinc150-small": clinc("small"), "clinc150-full": clinc("full"), "goemotions": goemotions,
}


def tuning(rows):
    """Train and dev for tuning, out of one train part: every tenth row, by its text."""
    # Not the hash that makes the folds, which would find all or none of a fold.
    held = [hashlib.sha256(t.encode()).digest()[0] % 10 == 0 for t, _ in rows]
    left = {l for (_, ls), h in zip(rows, held) if not h for l in ls}
    dev = [r for r, h in zip(rows, held) if h and set(r[1]) <= left]
    return [r for r, h in zip(rows, held) if not h], dev
