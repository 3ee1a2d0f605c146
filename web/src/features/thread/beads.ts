// The beads of a thread, in the order in which they are read, and which of them are missing.

import type { BeadState } from "../../shared/page/Bead";
import type { Thread } from "./api";

export type BeadKind = "answer" | "release" | "model" | "rows" | "label" | "clean" | "raw" | "answers";

export interface BeadView {
  kind: BeadKind;
  there: boolean;
  state: BeadState;
  atUS: number;
  /** to is the page of what hangs here, below the product; "" when there is none. */
  to: string;
  /** gap is the code that tells why it is missing. */
  gap: string;
}

const us = (iso: string | undefined) => (iso ? Date.parse(iso) * 1000 : 0);

/** beadsOf lists the beads of a thread; row is which of its rows is followed. */
export function beadsOf(t: Thread, row: number): BeadView[] {
  const r = t.rows?.[row];
  const gap = (kinds: string[], id?: string) => (t.gaps ?? []).find((g) => kinds.includes(g.bead) && (id === undefined || g.id === id))?.why ?? "";
  const bead = (kind: BeadKind, there: boolean, more: Partial<BeadView> = {}): BeadView => ({ kind, there, state: "jade", atUS: 0, to: "", gap: "", ...more });
  const rowID = r?.row?.id ?? r?.witness?.row_id ?? "";
  const label = r?.annotations?.at(-1);
  const low = [
    bead("label", (r?.annotations ?? []).length > 0, { atUS: us(label?.at), to: rowID ? "label" : "" }),
    bead("clean", (r?.changes ?? []).length > 0, { to: rowID ? "clean" : "" }),
    bead("raw", !!r?.row, { gap: gap(["row"], rowID), to: r?.row ? `data/${r.row.dataset_id}` : "" }),
  ];
  if (t.turn) {
    return [
      bead("answer", true, { atUS: us(t.turn.at), to: `release/turns?session=${t.turn.session_id}` }),
      bead("release", !!t.release, { gap: gap(["release"]), to: t.release ? `release?row=r${t.release.number}` : "" }),
      bead("model", !!t.release && !gap(["model"]), { gap: gap(["model"]), to: t.release ? `model/${t.release.model_id}` : "" }),
      bead("rows", (t.rows ?? []).length > 0, { to: rowID ? `thread/${encodeURIComponent(rowID)}` : "" }),
      ...low,
    ];
  }
  const models = r?.models ?? [];
  return [...low.reverse(), bead("model", models.length > 0, { to: models[0] ? `model/${models[0].id}` : "" }), bead("answers", (t.shaped ?? []).length > 0)];
}
