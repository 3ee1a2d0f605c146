import { expect, test } from "vitest";
import { addAt, asForm, newGuideline, readDocument, removeAt, setAt } from "./document";

const source = `# 负责人：林
name: 意图
task: classify
multi: true
labels:
  - id: greet # 最常见
    zh: 打招呼
    rule: 只是问好。
    examples:
      - text: 你好呀
        labels: [greet]
  - id: none
    zh: 其他
    only_with: ["-"]
`;

test("a change of the form keeps comments and all else as it was", () => {
  const { doc } = readDocument(source);
  const now = setAt(doc, ["labels", 0, "rule"], "问好，或喊人。");
  expect(now).toBe(source.replace("只是问好。", "问好，或喊人。"));
});

test("the form is the text and the text is the form", () => {
  const { doc } = readDocument(source);
  const { source: added, at } = addAt(doc, ["labels", 0, "examples"], { text: "在吗", labels: ["greet"] });
  expect(at).toBe(1);
  const form = asForm(readDocument(added).doc);
  expect(form.labels[0]!.examples.map((e) => e.text)).toEqual(["你好呀", "在吗"]);
  expect(removeAt(readDocument(added).doc, ["labels", 0, "examples"], 1)).toBe(source);
});

test("what is emptied goes, what must be there stays", () => {
  const { doc } = readDocument(source);
  setAt(doc, ["labels", 1, "only_with"], []);
  const now = setAt(doc, ["labels", 0, "id"], "");
  expect(now).not.toContain("only_with");
  expect(asForm(readDocument(now).doc).labels[0]!.id).toBe("");
});

test("a mistake is told by line and column", () => {
  expect(readDocument("name: [意图\nlabels: 1").problem).toMatchObject({ line: 2 });
  expect(readDocument(source).problem).toBeUndefined();
});

test("a new guideline takes labels", () => {
  const { doc } = readDocument(newGuideline("客服 \"一\""));
  addAt(doc, ["labels"], { id: "a", zh: "甲" });
  expect(asForm(doc)).toMatchObject({ name: '客服 "一"', multi: false, labels: [{ id: "a", zh: "甲" }] });
});
