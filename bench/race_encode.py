"""The race behind race-encode.sh; see there.

Vectors: 600 texts (English, Chinese, marks, emoji, drawn at random); the
reference is transformers' own forward pass and tokenizer, one text at a time,
without padding. Time: onnxruntime runs the model exported by torch, one text at a
time and in batches sorted by length, the best of three sizes; ours the same
texts; both on 1 and on 2 threads, the mean of three turns each, taken in turn.
Learning: three draws of 5 and 10 rows a class, the peer LinearSVC and logistic
regression on TF-IDF at the cost that is best on the test part (which favours
it); CLINC150's out of scope with the border from dev.
"""
import argparse, collections, csv, gzip, json, os, platform, random, statistics, subprocess, sys, tempfile, time, warnings, zipfile

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")
import numpy, torch
import onnxruntime
from transformers import AutoModel, AutoTokenizer
from race_oos import banking, clinc, features, models


def texts_of(sets, quick):
    rng = random.Random(1)
    out = [t for t, _ in rng.sample(clinc(sets)["test"], 300)]
    with zipfile.ZipFile(sets + "/crosswoz-val/val.json.zip") as z:
        dialogues = json.loads(z.read("val.json"))
    out += [m["content"] for k in sorted(dialogues)[:20] for m in dialogues[k]["messages"]][:200]
    out += ["", "😀 hello 👩‍👩‍👧‍👦 world", "Crème brûlée naïve café ÅNGSTRÖM", "İstanbul straße", "zero\u200bwidth \ufeffbom", "don't stop-believing... (now)!",
            "ﬁ ligature ① ½ ㎏", "a" * 99 + " " + "b" * 100 + " " + "c" * 101, "word " * 400, "中文" * 300, "豈更車", "한국어 텍스트 日本語のテキスト", "नमस्ते दुनिया", "مرحبا ١٢٣"]
    for _ in range(86):
        out.append("".join(chr(rng.choice([rng.randrange(32, 127), rng.randrange(0xa1, 0x250), rng.randrange(0x4e00, 0x9fff), rng.randrange(0x1f300, 0x1f5ff)])) for _ in range(rng.randrange(1, 60))))
    return out[:100] if quick else out


def ours(binary, model, file, *more):
    done = subprocess.run([binary, "encode", "--encoder", model, "--in", file, "--json", *more], capture_output=True, text=True)
    if done.returncode:
        sys.exit("ours failed: " + done.stderr)
    return json.loads(done.stdout)


class Pooled(torch.nn.Module):
    """The model with the mean of its tokens at length 1, as its folder asks."""

    def __init__(self, folder):
        super().__init__()
        self.inner = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()

    def forward(self, input_ids, attention_mask):
        h = self.inner(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        kept = attention_mask.unsqueeze(-1).to(h.dtype)
        return torch.nn.functional.normalize((h * kept).sum(1) / kept.sum(1), dim=1)


def session(path, threads):
    o = onnxruntime.SessionOptions()
    o.intra_op_num_threads, o.inter_op_num_threads = threads, 1
    s = onnxruntime.InferenceSession(path, o, providers=["CPUExecutionProvider"])

    def run(batch):
        wide = max(map(len, batch))
        ids, mask = numpy.zeros((len(batch), wide), numpy.int64), numpy.zeros((len(batch), wide), numpy.int64)
        for i, b in enumerate(batch):
            ids[i, :len(b)], mask[i, :len(b)] = b, 1
        return s.run(None, {"input_ids": ids, "attention_mask": mask})[0]
    return run


def timed(run, ids, size):
    order = sorted(range(len(ids)), key=lambda i: -len(ids[i])) if size > 1 else range(len(ids))
    batches = [[ids[i] for i in list(order)[k:k + size]] for k in range(0, len(ids), size)]
    began = time.perf_counter()
    for b in batches:
        run(b)
    return time.perf_counter() - began


def write(folder, name, rows):
    path = os.path.join(folder, name)
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f)
        out.writerow(["text", "label"])
        out.writerows(rows)
    return path


def train(binary, *args):
    done = subprocess.run([binary, "train", "--json", *args], capture_output=True, text=True)
    if done.returncode:
        sys.exit("ours failed: " + done.stderr)
    return json.loads(done.stdout)


def few_shot(binary, model, sets, folder, results):
    parts = {"banking77": banking(sets), "clinc150": (clinc(sets)["train"], clinc(sets)["test"])}
    for name, (rows, test) in parts.items():
        asked = write(folder, "test.csv", test)
        for k in (5, 10):
            got, peers = collections.defaultdict(list), collections.defaultdict(list)
            for draw in (11, 12, 13):
                rng, by = random.Random(draw), collections.defaultdict(list)
                for t, l in rows:
                    by[l].append(t)
                some = [(t, l) for l in sorted(by) for t in rng.sample(by[l], k)]
                learnt = write(folder, "train.csv", some)
                for way, more in {"vectors": ["--encoder", model], "pieces": []}.items():
                    got[way].append(train(binary, "--train", learnt, "--test", asked, "--seed", str(draw), *more)["accuracy"])
                f = features([t for t, _ in some])
                x, y = f.fit_transform([t for t, _ in some]), [l for _, l in some]
                z, gold = f.transform([t for t, _ in test]), numpy.array([l for _, l in test])
                for peer, m in models(False):
                    peers[peer].append(float((m.fit(x, y).predict(z) == gold).mean()))
            mean = {w: statistics.mean(v) for w, v in got.items()}
            best = max(peers, key=lambda p: statistics.mean(peers[p]))
            theirs = statistics.mean(peers[best])
            print(f"{name}_{k}_a_class {mean['vectors']:.4f} {theirs:.4f} {mean['vectors'] / theirs:.3f} ({best}; ours without vectors {mean['pieces']:.4f})", flush=True)
            results.append({"set": name, "rows_a_class": k, "ours": got, "peers": peers})


def main():
    a = argparse.ArgumentParser()
    for name in ("--binary", "--model", "--sets"):
        a.add_argument(name, required=True)
    a.add_argument("--quick", action="store_true")
    o = a.parse_args()
    texts = texts_of(o.sets, o.quick)
    texts = [" ".join(t.split("\n")) for t in texts]
    tokenizer, pooled = AutoTokenizer.from_pretrained(o.model), Pooled(o.model)
    with open(os.path.join(o.model, "sentence_bert_config.json")) as f:
        most = json.load(f)["max_seq_length"]
    ids = [tokenizer(t, truncation=True, max_length=most)["input_ids"] for t in texts]
    with torch.no_grad():
        wanted = [pooled(torch.tensor([i]), torch.ones(1, len(i), dtype=torch.long))[0].numpy() for i in ids]
    results = {"rules": __doc__, "made": time.strftime("%Y-%m-%d"), "cores": os.cpu_count(), "load": os.getloadavg(), "machine": platform.platform(terse=True),
               "versions": {"torch": torch.__version__, "onnxruntime": onnxruntime.__version__}, "learning": []}
    with tempfile.TemporaryDirectory() as folder:
        file, kept = os.path.join(folder, "texts"), os.path.join(folder, "vectors")
        with open(file, "w", encoding="utf-8", newline="\n") as f:
            f.write("".join(t + "\n" for t in texts))
        ours(o.binary, o.model, file, "--out", kept)
        with open(kept, encoding="utf-8") as f:
            lines = [json.loads(l) for l in f]
        other = sum(l["tokens"] != i for l, i in zip(lines, ids))
        worst = max(float(numpy.abs(numpy.array(l["vector"]) - w).max()) for l, w, i in zip(lines, wanted, ids) if l["tokens"] == i)
        print(f"texts_read_as_other_tokens {other} 0 of {len(texts)}")
        print(f"largest_difference_of_a_number {worst:.2g} 1e-4 {worst / 1e-4:.4f}")
        results |= {"texts": len(texts), "other_tokens": other, "largest_difference": worst}
        path = os.path.join(folder, "model.onnx")
        some = torch.tensor([ids[0], ids[0]])
        torch.onnx.export(pooled, (some, torch.ones_like(some)), path, input_names=["input_ids", "attention_mask"], dynamo=True, external_data=False, verbose=False,
                          dynamic_shapes={"input_ids": {0: "b", 1: "s"}, "attention_mask": {0: "b", 1: "s"}})
        for threads in (1, 2):
            run = session(path, threads)
            apart = max(float(numpy.abs(run([i])[0] - w).max()) for i, w in list(zip(ids, wanted))[:20])
            assert apart < 1e-4, f"the exported model differs by {apart}"
            for way, sizes in {"one": [1], "all": [4, 8, 16]}.items():
                mine, theirs = [], {s: [] for s in sizes}
                for _ in range(3):
                    mine.append(ours(o.binary, o.model, file, "--workers", str(threads), *(["--each"] if way == "one" else []))["seconds"])
                    for s in sizes:
                        theirs[s].append(timed(run, ids, s))
                best = min(theirs, key=lambda s: statistics.mean(theirs[s]))
                m, t = 1000 * statistics.mean(mine) / len(texts), 1000 * statistics.mean(theirs[best]) / len(texts)
                print(f"ms_a_text_{way}_{threads}_threads {m:.3f} {t:.3f} {m / t:.2f} (batches of {best})", flush=True)
                results[f"ms_{way}_{threads}"] = {"ours": mine, "onnxruntime": theirs}
        if not o.quick:
            few_shot(o.binary, o.model, o.sets, folder, results["learning"])
            data = clinc(o.sets)
            files = {n: write(folder, n, data[p] + data["oos_" + p]) for n, p in {"learn": "train", "dev": "val", "test": "test"}.items()}
            said = train(o.binary, "--train", files["learn"], "--dev", files["dev"], "--test", files["test"], "--param", "none_label=oos", "--encoder", o.model)
            print(f"clinc150_oos_recall {said['scope']['recall']:.4f} .85 {said['scope']['recall'] / .85:.3f} ({said['scope']['rejects']:.4f} turned away, accuracy {said['accuracy']:.4f}, calibration error {said['ece']:.4f}, {said['seconds']:.0f} s)")
            results["out_of_scope"] = said
            os.makedirs("bench/results", exist_ok=True)
            with open("bench/results/encode.json", "w") as f:
                json.dump(results, f, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
