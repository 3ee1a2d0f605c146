// What a person decided and the server has not acknowledged yet. It is written down before the
// next task is shown, survives a reload, and goes out in the order in which it was decided.

import { Fault } from "../../../shared/api/fault";

/** Pending is one act on its way. at is when it was decided, in ms. */
export type Pending =
  | { id: string; kind: "answer"; task: string; text: string; labels: string[]; seconds: number; guideline: string; suggested: boolean; at: number }
  | { id: string; kind: "undo"; task: string; annotation: string; at: number }
  | { id: string; kind: "skip" | "ask"; task: string; text: string; reason: string; at: number }
  | { id: string; kind: "unskip"; task: string; at: number };

export type Answer = Extract<Pending, { kind: "answer" }>;

/** Refused is an act that the server will not take, with why. */
export interface Refused {
  act: Pending;
  message: string;
  fix: string;
}

/** Wire is how acts reach the server. answers gives for each a refusal or undefined. */
export interface Wire {
  answers(acts: Answer[]): Promise<({ code: string; message: string; fix: string } | undefined)[]>;
  other(act: Exclude<Pending, Answer>): Promise<void>;
  /** renew asks for the person's leases again, before late answers go out. */
  renew(): Promise<void>;
}

/** timeID is a UUIDv7: ids sort in the order they were made, also within a millisecond. */
export function timeID(now = Date.now()): string {
  const count = now === lastMS ? ++within : (within = 0);
  lastMS = now;
  const chance = crypto.getRandomValues(new Uint8Array(8));
  const hex = (n: number, digits: number) => n.toString(16).padStart(digits, "0");
  const tail = [...chance].map((b) => hex(b, 2)).join("");
  const time = hex(now, 12);
  const variant = ((chance[0]! & 0x3f) | 0x80).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(count & 0xfff, 3)}-${variant}${tail.slice(2, 4)}-${tail.slice(4, 16)}`;
}
let lastMS = 0;
let within = 0;

const batch = 100;

/** Outbox keeps the acts of one person in one queue. Each has a storage entry of its own, so that two tabs do not overwrite each other. */
export class Outbox {
  private readonly prefix: string;
  private items: Pending[];
  private sending: Promise<void> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  /** offline is true from a failed send until one succeeds. */
  offline = false;
  refused: Refused[] = [];
  private snapshot = { pending: 0, offline: false, refused: this.refused };

  constructor(
    name: string,
    private readonly storage: Storage,
    private readonly wire: Wire,
    private readonly changed: () => void,
  ) {
    this.prefix = `zhuomo.outbox.${name}.`;
    this.items = this.read();
  }

  private read(): Pending[] {
    const found: Pending[] = [];
    for (let i = 0; i < this.storage.length; i++) {
      const key = this.storage.key(i)!;
      if (!key.startsWith(this.prefix)) continue;
      try {
        found.push(JSON.parse(this.storage.getItem(key)!) as Pending);
      } catch {
        this.storage.removeItem(key); // somebody else's text
      }
    }
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** view is what a page shows; the same object until something changes. */
  view() {
    const { pending, offline, refused } = this.snapshot;
    if (pending !== this.items.length || offline !== this.offline || refused !== this.refused) this.snapshot = { pending: this.items.length, offline: this.offline, refused: this.refused };
    return this.snapshot;
  }

  /** acts are those not acknowledged yet, oldest first. */
  acts(): readonly Pending[] {
    return this.items;
  }

  /** put writes an act down; it is safe when put returns. */
  put(act: Pending): void {
    this.storage.setItem(this.prefix + act.id, JSON.stringify(act));
    this.items = [...this.items, act];
    this.changed();
    void this.send();
  }

  /** again sends refused acts once more: a right may have been given back meanwhile. */
  again(): void {
    const acts = this.refused.map((r) => r.act);
    this.refused = [];
    for (const act of acts) this.put(act);
  }

  /** forgive forgets refused acts. */
  forgive(): void {
    this.refused = [];
    this.changed();
  }

  private drop(ids: string[]): void {
    for (const id of ids) this.storage.removeItem(this.prefix + id);
    this.items = this.items.filter((a) => !ids.includes(a.id));
    this.changed();
  }

  /** send sends what is there; calls meanwhile join in. */
  send(): Promise<void> {
    this.sending ??= this.run().finally(() => {
      this.sending = undefined;
    });
    return this.sending;
  }

  private async run(): Promise<void> {
    clearTimeout(this.timer);
    await Promise.resolve(); // let what is put in the same moment go along
    while (this.items.length) {
      try {
        if (this.offline) await this.wire.renew();
        await this.first();
        this.failures = 0;
        if (this.offline) {
          this.offline = false;
          this.changed();
        }
      } catch (e) {
        if (!(e instanceof Fault) || !passing(e)) {
          const act = this.items[0]!;
          this.refuse([{ act, message: e instanceof Fault ? e.detail : String(e), fix: e instanceof Fault ? e.fix : "" }]);
          this.drop([act.id]);
          continue;
        }
        this.offline = true;
        this.failures++;
        this.changed();
        this.timer = setTimeout(() => void this.send(), Math.min(30_000, 500 * 2 ** this.failures));
        return;
      }
    }
  }

  // first sends the acts at the head: answers together, others alone.
  private async first(): Promise<void> {
    const head = this.items[0]!;
    if (head.kind !== "answer") {
      await this.wire.other(head);
      this.drop([head.id]);
      return;
    }
    const until = this.items.findIndex((a) => a.kind !== "answer");
    const acts = this.items.slice(0, Math.min(batch, until < 0 ? this.items.length : until)) as Answer[];
    let outcome = await this.wire.answers(acts);
    const lost = acts.filter((_, i) => outcome[i]?.code === "label.lease_lost");
    if (lost.length) {
      await this.wire.renew();
      const again = await this.wire.answers(lost);
      outcome = acts.map((a, i) => (lost.includes(a) ? again[lost.indexOf(a)] : outcome[i]));
    }
    this.refuse(acts.flatMap((act, i) => (outcome[i] ? [{ act, message: outcome[i]!.message, fix: outcome[i]!.fix }] : [])));
    this.drop(acts.map((a) => a.id));
  }

  private refuse(list: Refused[]): void {
    if (list.length) this.refused = [...this.refused, ...list];
  }

  close(): void {
    clearTimeout(this.timer);
  }
}

// A fault that passes by itself: the act stays here and is sent again.
function passing(e: Fault): boolean {
  return e.status === 0 || e.status === 401 || e.status === 408 || e.status === 429 || e.status >= 500;
}
