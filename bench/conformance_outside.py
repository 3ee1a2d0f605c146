"""Holds outside trainers and the vectors to their peers: the samples of examples/trainers
learn and answer by the real scikit-learn and PyTorch, alone and as a product's model
that logs to our MLflow address; the stock OpenAI client gets vectors that
sentence-transformers' files give. One line a check; exit 1 on a failure. See
conformance.sh."""
import argparse, csv, json, math, os, subprocess, sys, tempfile, traceback

from program import Program

CHECKS = []
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOPICS = {
    "退款": ["退款", "退钱", "把钱退我", "money back", "到账"], "发票": ["发票", "开票", "抬头", "invoice", "报销"],
    "物流": ["快递", "物流", "包裹", "几天到", "parcel"], "入住": ["酒店", "房间", "入住", "退房", "hotel"],
}
FRAMES = ["请问{}怎么弄", "我想问一下{}", "{}的事", "帮我看看{}吧", "how about {}?", "{}到哪一步了", "那个{}好了没有"]


def check(do):
    CHECKS.append(do)
    return do


def rows():
    return [(frame.format(word), label) for label, words in TOPICS.items() for word in words for frame in FRAMES]


def write(path, lines):
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f)
        out.writerow(["text", "label"])
        out.writerows(lines)


def train(o, *args):
    done = subprocess.run([o.binary, "train", "--trainers", os.path.join(HERE, "examples/trainers"), "--json", *args], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout), done.stderr.decode()


def sample(o, folder, learner):
    for task in ("classify", "tag"):
        lines = rows()
        if task == "tag":
            lines += [(f"{TOPICS[a][0]}，还有{TOPICS[b][0]}", a + "|" + b) for a in TOPICS for b in TOPICS if a != b] * 4
        taught, test = os.path.join(folder, "train.csv"), os.path.join(folder, "test.csv")
        write(taught, lines), write(test, lines[::3])
        model = os.path.join(folder, learner + task)
        first, said = train(o, "--task", task, "--train", taught, "--test", test, "--learner", learner, "--out", model)
        assert first["accuracy"] >= .9 and first["held"]["examples"] > 5, first
        again, _ = train(o, "--task", task, "--train", taught, "--test", test, "--learner", learner)
        assert again["model"] == first["model"], "the same seed gives other bytes"
        if task == "classify":  # what it knows, our own learner learns from what it says of unlabelled rows
            write(taught, lines[::2])
            pupil, _ = train(o, "--train", taught, "--rest", test, "--test", test, "--teach", model)
            assert pupil["taught"] > 20 and pupil["accuracy"] >= .9, pupil
    return said


@check
def sklearn_sample(o, folder):
    sample(o, folder, "learn.sklearn_logistic.v1")


@check
def torch_sample(o, folder):
    said = sample(o, folder, "learn.torch_bag.v1")
    assert "loss 0." in said, said


@check
def openai_embeddings(o, folder):
    import openai
    p = Program(o.binary, folder, "--encoder", o.encoder)
    try:
        name = os.path.basename(os.path.abspath(o.encoder))
        client = openai.OpenAI(base_url=p.base + "/v1", api_key=p.token, max_retries=0)
        texts = ["how do I get my money back", "where is my refund", "the weather is fine 天气"]
        floats = client.embeddings.create(model=name, input=texts, encoding_format="float")
        usual = client.embeddings.create(model=name, input=texts)  # the client asks for base64 by itself where it can
        assert floats.usage.prompt_tokens == floats.usage.total_tokens > len(texts) and floats.model == name
        for i, (a, b) in enumerate(zip(floats.data, usual.data)):
            assert a.index == b.index == i and len(a.embedding) == len(b.embedding), i
            assert max(abs(x - y) for x, y in zip(a.embedding, b.embedding)) < 1e-6
        dot = lambda a, b: sum(x * y for x, y in zip(a, b)) / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))
        v = [d.embedding for d in floats.data]
        assert dot(v[0], v[1]) > dot(v[0], v[2]) + .2, "what means the same is not nearer"
        lines = os.path.join(folder, "texts"), os.path.join(folder, "vectors")
        with open(lines[0], "w", encoding="utf-8") as f:
            f.write("\n".join(texts) + "\n")
        subprocess.run([o.binary, "encode", "--encoder", o.encoder, "--in", lines[0], "--out", lines[1]], check=True, capture_output=True)
        with open(lines[1], encoding="utf-8") as f:
            for d, line in zip(floats.data, f):
                assert max(abs(x - y) for x, y in zip(d.embedding, json.loads(line)["vector"])) < 1e-6
        short = client.embeddings.create(model=name, input=texts[0], dimensions=64).data[0].embedding
        assert len(short) == 64 and abs(sum(x * x for x in short) - 1) < 1e-4
        for wrong, kind in [({"model": "nobody", "input": "a"}, openai.NotFoundError), ({"model": name, "input": []}, openai.UnprocessableEntityError),
                            ({"model": name, "input": "a", "dimensions": 100000}, openai.UnprocessableEntityError)]:
            try:
                client.embeddings.create(**wrong)
            except kind:
                continue
            raise AssertionError(f"{wrong} was not refused")
        try:
            openai.OpenAI(base_url=p.base + "/v1", api_key="wrong", max_retries=0).embeddings.create(model=name, input="a")
            raise AssertionError("a wrong key was let in")
        except openai.AuthenticationError:
            pass
    finally:
        p.stop()


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--binary", required=True)
    a.add_argument("--encoder", help="folder of an encoder; without it vectors are not checked")
    a.add_argument("--only")
    o = a.parse_args()
    o.binary = os.path.abspath(o.binary)
    os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]  # the trainers' python3 is this one
    failed = 0
    for do in CHECKS:
        if o.only not in (None, do.__name__) or (do is openai_embeddings and not o.encoder):
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                do(o, folder)
                print(f"ok    outside  {do.__name__}")
            except Exception:
                failed = 1
                print(f"FAIL  outside  {do.__name__}")
                traceback.print_exc()
    sys.exit(failed)


if __name__ == "__main__":
    main()
