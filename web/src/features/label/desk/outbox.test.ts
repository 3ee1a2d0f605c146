import { beforeEach, expect, test, vi } from "vitest";
import { Fault } from "../../../shared/api/fault";
import { Outbox, timeID, type Answer, type Pending, type Wire } from "./outbox";

class Store implements Storage {
  private map = new Map<string, string>();
  get length() {
    return this.map.size;
  }
  clear = () => this.map.clear();
  getItem = (k: string) => this.map.get(k) ?? null;
  key = (i: number) => [...this.map.keys()][i] ?? null;
  removeItem = (k: string) => void this.map.delete(k);
  setItem = (k: string, v: string) => void this.map.set(k, v);
}

const gone = () => new Fault(0, "web.unreachable", "", "", "", "", "");
const answer = (task: string): Pending => ({ id: timeID(), kind: "answer", task, text: task, labels: ["a"], seconds: 1, guideline: "g", suggested: false, at: 1 });

let store: Store;
beforeEach(() => {
  store = new Store();
  vi.useFakeTimers();
});

function wire(change: Partial<Wire> = {}) {
  return {
    answers: vi.fn<Wire["answers"]>(change.answers ?? (async (acts: Answer[]) => acts.map(() => undefined))),
    other: vi.fn<Wire["other"]>(change.other ?? (async () => {})),
    renew: vi.fn<Wire["renew"]>(change.renew ?? (async () => {})),
  };
}

test("answers decided in one moment go out together and leave the storage", async () => {
  const w = wire();
  const box = new Outbox("q", store, w, () => {});
  box.put(answer("1"));
  box.put(answer("2"));
  await box.send();
  expect(w.answers.mock.calls.map(([acts]) => acts.length)).toEqual([2]);
  expect([store.length, box.view().pending]).toEqual([0, 0]);
});

test("what could not be sent survives a reload and goes out in order, after the leases are renewed", async () => {
  const down = wire({ answers: vi.fn(async () => Promise.reject(gone())) });
  const box = new Outbox("q", store, down, () => {});
  for (const t of ["1", "2", "3"]) box.put(answer(t));
  box.put({ id: timeID(), kind: "skip", task: "4", text: "4", reason: "?", at: 1 });
  await box.send();
  expect(box.view()).toMatchObject({ pending: 4, offline: true });
  box.close();
  const up = wire();
  const again = new Outbox("q", store, up, () => {});
  expect(again.acts().map((a) => a.task)).toEqual(["1", "2", "3", "4"]);
  await again.send();
  expect(up.answers.mock.calls[0]![0]).toHaveLength(3);
  expect(up.other).toHaveBeenCalledOnce();
  expect(store.length).toBe(0);
});

test("a failed send is tried again by itself, renewing first", async () => {
  const answers = vi.fn().mockRejectedValueOnce(gone()).mockResolvedValue([undefined]);
  const w = wire({ answers });
  const box = new Outbox("q", store, w, () => {});
  box.put(answer("1"));
  await box.send();
  expect(box.view().offline).toBe(true);
  await vi.advanceTimersByTimeAsync(2000);
  expect(box.view()).toMatchObject({ pending: 0, offline: false });
  expect(w.renew).toHaveBeenCalled();
});

test("a lease that ran out is renewed once; an answer that is refused for good is shown, not lost silently", async () => {
  const lost = { code: "label.lease_lost", message: "lost", fix: "claim" };
  const w = wire({ answers: vi.fn().mockResolvedValueOnce([lost, undefined]).mockResolvedValueOnce([lost]) });
  const box = new Outbox("q", store, w, () => {});
  box.put(answer("1"));
  box.put(answer("2"));
  await box.send();
  expect(w.renew).toHaveBeenCalledOnce();
  expect(box.view().refused.map((r) => [r.act.task, r.message])).toEqual([["1", "lost"]]);
  expect(box.view().pending).toBe(0);
});

test("a decision taken back while the net is gone goes out after it, so the last word holds", async () => {
  const sent: string[] = [];
  let up = false;
  const box = new Outbox("q", store, wire({
    answers: async (acts) => {
      if (!up) throw gone();
      sent.push(...acts.map((a) => `answer ${a.id === one.id ? 1 : 2}`));
      return acts.map(() => undefined);
    },
    other: async (act) => void sent.push(act.kind),
  }), () => {});
  const one = answer("1");
  box.put(one);
  await box.send();
  box.put({ id: timeID(), kind: "undo", task: "1", annotation: one.id, at: 1 });
  box.put(answer("1"));
  up = true;
  await vi.advanceTimersByTimeAsync(2000);
  await box.send();
  expect(sent).toEqual(["answer 1", "undo", "answer 2"]);
});

test("ids sort in the order they were made and are UUIDs", () => {
  const ids = Array.from({ length: 50 }, () => timeID(1_700_000_000_000));
  expect([...ids].sort()).toEqual(ids);
  expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(true);
});
