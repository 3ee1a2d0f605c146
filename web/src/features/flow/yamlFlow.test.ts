import { parse } from "yaml";
import { expect, test } from "vitest";
import { addNode, addStory, editNode, freeID, lineOf, nodeAt, removeNode, valueOf } from "./yamlFlow";

const text = `# 头上的话
name: 小流程   # 名字
intents:
  book: {node: book, title: 订}
nodes:
  # 问候
  hello: {say: 您好}   # 短
  book:
    # 先问日期
    ask: [day]
    next: done   # 然后
  done:
    say: "订好了：{day}"
`;

test("an edit changes its node and no other byte", () => {
  const out = editNode(text, "hello", { say: ["您好", "您来了"] });
  expect(out).toContain("  hello: {say: [您好, 您来了]} # 短\n");
  expect(out.replace("[您好, 您来了]} #", "您好}   #")).toBe(text);
});

test("comments inside the node stay, other fields stay", () => {
  const out = editNode(text, "book", { next: "hello" });
  expect(out).toContain("# 先问日期");
  expect(out).toContain("next: hello # 然后");
  expect(parse(out).nodes.book).toEqual({ ask: ["day"], next: "hello" });
  expect(parse(out).nodes.done).toEqual(parse(text).nodes.done);
});

test("a field that is emptied goes away", () => {
  expect(parse(editNode(text, "book", { next: "" })).nodes.book).toEqual({ ask: ["day"] });
  expect(editNode(text, "nobody", { next: "x" })).toBe(text);
});

test("a node is added behind another, which then leads to it", () => {
  const out = addNode(text, "thanks", { say: "谢谢" }, "done");
  expect(parse(out).nodes.thanks).toEqual({ say: "谢谢" });
  expect(parse(out).nodes.done.next).toBe("thanks");
  expect(parse(addNode(text, "x", { say: "y" }, "book")).nodes.book.next).toBe("done");
  expect(parse(addNode("name: a\n", "x", { say: "y" })).nodes).toEqual({ x: { say: "y" } });
});

test("a node is removed with its lines", () => {
  const out = removeNode(text, "book");
  expect(Object.keys(parse(out).nodes)).toEqual(["hello", "done"]);
  expect(out).toContain("# 短");
});

test("lines and ids", () => {
  expect(lineOf(text, "book")).toBe(8);
  expect(lineOf(text, "nobody")).toBe(0);
  expect(nodeAt([{ id: "hello", line: 7 }, { id: "book", line: 8 }], 10)).toBe("book");
  expect(nodeAt([{ id: "hello", line: 7 }], 2)).toBeUndefined();
  expect(freeID("say", new Set(["say", "say_2"]))).toBe("say_3");
  expect(valueOf(text, "done")).toEqual({ say: "订好了：{day}" });
});

test("a story is added to a file, and to none", () => {
  const steps = [{ 客: "订周六: 两位", intents: ["book"], node: "done" }];
  const first = addStory("", "订", "", steps);
  expect(parse(first)).toEqual({ stories: [{ name: "订", steps }] });
  expect(parse(addStory(`# 说明\n${first}`, "再订", "wechat", steps)).stories[1]).toEqual({ name: "再订", channel: "wechat", steps });
});
