import { expect, test } from "vitest";
import { deskReducer, emptyDesk, type DeskState, type Done } from "./deskState";
import type { Task } from "../api";

const task = (id: string) => ({ id, row_id: id, text: id, context: [], queue_id: "q", text_hash: "" }) as Task;
const done = (id: string, labels: string[] = ["a"]): Done => ({ id: `x${id}`, kind: "answer", task: task(id), labels, reason: "", at: 1 });
const desk: DeskState = { ...emptyDesk, tasks: [task("1"), task("2"), task("3")] };

test("finishing shows the next task with nothing chosen", () => {
  const next = deskReducer({ ...desk, chosen: ["a"] }, { do: "finish", done: [done("1")] });
  expect([next.tasks[0]!.id, next.chosen, next.count]).toEqual(["2", [], 1]);
});

test("look-alikes finished together keep the choice when the desk's task is not among them", () => {
  const next = deskReducer({ ...desk, chosen: ["a"] }, { do: "finish", done: [done("3")] });
  expect([next.tasks.map((t) => t.id), next.chosen]).toEqual([["1", "2"], ["a"]]);
});

test("going back to any row puts it on the desk with its labels", () => {
  let s = deskReducer(desk, { do: "finish", done: [done("1", ["b"])] });
  s = deskReducer(s, { do: "finish", done: [done("2")] });
  s = deskReducer(s, { do: "back", id: "x1" });
  expect([s.tasks.map((t) => t.id), s.chosen, s.done.map((d) => d.id), s.count]).toEqual([["1", "3"], ["b"], ["x2"], 1]);
});

test("a claim adds what is new and not finished", () => {
  const s = deskReducer(deskReducer(desk, { do: "finish", done: [done("1")] }), { do: "claimed", tasks: [task("1"), task("3"), task("4")], exhausted: false });
  expect(s.tasks.map((t) => t.id)).toEqual(["2", "3", "4"]);
});
