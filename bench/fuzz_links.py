"""Adds to an OpenAPI document what leads on: the id that an answer carries goes into every operation whose path has it
behind the same word. So schemathesis walks from what one operation made to the next.

With a token, the ids that lists of the running program tell are the only ones that such a path takes in FILE, so that
requests get past "no such product" and meet what is there.

    fuzz_links.py ADDRESS FILE [TOKEN]
"""

import json
import re
import sys
import urllib.error
import urllib.request

METHODS = ("get", "post", "put", "patch", "delete")


def answers(document, operation):
    """Gives (status, pointer to the id, word) for what a good answer carries; word None: that of the path."""
    for status, response in operation["responses"].items():
        schema = response.get("content", {}).get("application/json", {}).get("schema") if status.startswith("2") else None
        if not schema:
            continue
        fields = properties(document, schema)
        if "id" in fields:
            yield status, "/id", None
        if "job_id" in fields:
            yield status, "/job_id", "jobs"
        if "items" in fields and "id" in properties(document, fields["items"].get("items", {})):
            yield status, "/items/0/id", None


def properties(document, schema):
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema.get("properties", {})


def operations(document):
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, item[method]


def add_links(document):
    count = 0
    for path, maker in operations(document):
        words = [w for w in path.split("/") if w and not w.startswith("{")]
        known = re.findall(r"{(\w+)}", path)
        for status, pointer, word in answers(document, maker):
            for target, user in operations(document):
                taken = re.search(rf"/{re.escape(word or words[-1])}/{{(\w+)}}", target)
                if not taken or user is maker:
                    continue
                needed = re.findall(r"{(\w+)}", target)
                if any(name != taken[1] and name not in known for name in needed):
                    continue
                given = {f"path.{name}": f"$request.path.{name}" for name in needed if name != taken[1]}
                given[f"path.{taken[1]}"] = "$response.body#" + pointer
                maker["responses"][status].setdefault("links", {})[user["operationId"]] = {"operationId": user["operationId"], "parameters": given}
                count += 1
    return count


def places(path):
    """Gives the (word, name of the id) pairs of a path, "…/models/{model}" being ("models", "model")."""
    return re.findall(r"/([\w-]+)/{(\w+)}", path)


def gather_ids(document, fetch, most=4):
    """Reads the lists whose paths are known already, again and again until no new id turns up: {(word, name): [id]}."""
    names = {place for path, _ in operations(document) for place in places(path)}
    ids, read = {}, set()
    lists = [path for path, item in document["paths"].items() if "get" in item
             and any(pointer == "/items/0/id" for _, pointer, _ in answers(document, item["get"]))]
    while True:
        fresh = 0
        for path in lists:
            needed = places(path)
            if len(needed) != path.count("{") or not all(place in ids for place in needed):
                continue
            for at in range(most if needed else 1):
                address = path
                for place in needed:
                    address = address.replace("{%s}" % place[1], ids[place][at % len(ids[place])])
                if address in read:
                    continue
                read.add(address)
                word = path.rsplit("/", 1)[1]
                for item in fetch(address).get("items") or []:
                    for place in names:
                        known = ids.setdefault(place, []) if place[0] == word else None
                        if known is not None and str(item["id"]) not in known and len(known) < most:
                            known.append(str(item["id"]))
                            fresh += 1
        ids = {place: known for place, known in ids.items() if known}
        if not fresh:
            return ids


def narrow(document, ids):
    """Lets the paths' parameters take only ids that are there."""
    count = 0
    for path, operation in operations(document):
        for word, name in places(path):
            for parameter in operation.get("parameters", []):
                if parameter.get("in") == "path" and parameter["name"] == name and (word, name) in ids:
                    parameter["schema"] = {"type": "string", "enum": ids[(word, name)]}
                    parameter.pop("example", None)
                    count += 1
    return count


def main():
    address, token = sys.argv[1], sys.argv[3] if len(sys.argv) > 3 else None

    def fetch(path):
        request = urllib.request.Request(address + path, headers={"Authorization": "Bearer " + token} if token else {})
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError:
            return {}

    document = fetch("/api/v1/openapi.json")
    print("links:", add_links(document))
    if token:
        base = document.get("servers", [{}])[0].get("url", "")
        ids = gather_ids(document, lambda path: fetch(base + path))
        print("known:", ", ".join(f"{word} {len(known)}" for (word, _), known in sorted(ids.items())), "in", narrow(document, ids), "parameters")
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False)


if __name__ == "__main__":
    main()
