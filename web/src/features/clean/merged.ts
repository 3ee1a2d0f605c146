// The changes of several steps to one cell as one line: what went, what came, and by which step.

export interface Op {
  kind: "same" | "add" | "del";
  text: string;
}

export interface Segment extends Op {
  /** step that removed or wrote it; 0 for text that stayed. */
  step: number;
}

/**
 * merged lays the differences of one cell, in the order of their steps, over each other. A step
 * whose difference does not begin with the text so far (changes before it were not listed) begins anew.
 */
export function merged(changes: { step: number; ops: Op[] }[]): Segment[] {
  let line: Segment[] = [];
  for (const { step, ops } of changes) {
    const before = ops.filter((o) => o.kind !== "add").map((o) => o.text).join("");
    if (line.length === 0 || textOf(line) !== before) line = [{ kind: "same", text: before, step: 0 }];
    line = laid(line, step, ops);
  }
  return joined(line);
}

/** textOf is what stands after all steps; originOf what stood before. */
export const textOf = (line: Segment[]) => line.filter((s) => s.kind !== "del").map((s) => s.text).join("");
export const originOf = (line: Segment[]) => line.filter((s) => s.kind !== "add").map((s) => s.text).join("");

function laid(line: Segment[], step: number, ops: Op[]): Segment[] {
  const out: Segment[] = [];
  const rest = [...line];
  const take = (length: number, each: (s: Segment) => void) => {
    while (length > 0 && rest.length) {
      const head = rest.shift()!;
      if (head.kind === "del") {
        out.push(head);
        continue;
      }
      const part = head.text.slice(0, length);
      if (part.length < head.text.length) rest.unshift({ ...head, text: head.text.slice(part.length) });
      each({ ...head, text: part });
      length -= part.length;
    }
  };
  for (const op of ops) {
    if (op.kind === "add") out.push({ kind: "add", text: op.text, step });
    else take(op.text.length, (s) => (op.kind === "same" ? out.push(s) : s.kind === "same" && out.push({ kind: "del", text: s.text, step })));
  }
  return [...out, ...rest];
}

function joined(line: Segment[]): Segment[] {
  const out: Segment[] = [];
  for (const s of line) {
    const last = out.at(-1);
    if (!s.text) continue;
    if (last && last.kind === s.kind && last.step === s.step) last.text += s.text;
    else out.push({ ...s });
  }
  return out;
}

/** veiled keeps masked text masked even when it is shown as removed: "13800135520" → "138••••5520". */
export function veiled(text: string): string {
  const chars = [...text];
  if (chars.length < 6) return "•".repeat(chars.length);
  const head = Math.min(3, Math.floor(chars.length / 4));
  const tail = Math.min(4, Math.floor(chars.length / 4));
  return chars.slice(0, head).join("") + "•".repeat(Math.min(4, chars.length - head - tail)) + chars.slice(chars.length - tail).join("");
}
