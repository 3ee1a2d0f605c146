"""Adds to an OpenAPI document what leads on: the id that an answer carries goes into every operation whose path has it
behind the same word. So schemathesis walks from what one operation made to the next.

    fuzz_links.py ADDRESS-OF-THE-DOCUMENT FILE
"""

import json
import re
import sys
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


def main():
    with urllib.request.urlopen(sys.argv[1]) as answer:
        document = json.load(answer)
    print("links:", add_links(document))
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False)


if __name__ == "__main__":
    main()
