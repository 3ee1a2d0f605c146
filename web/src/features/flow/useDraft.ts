import { useCallback, useEffect, useRef, useState } from "react";
import type { Schemas } from "../../shared/api/client";
import { asFault, type Fault } from "../../shared/api/fault";
import { did } from "../../shared/undo/undo";
import { useDrawing, type Drawing } from "./api";

const restMS = 250;

export interface Draft {
  text: string;
  /** changed tells that the text differs from what is kept. */
  changed: boolean;
  /** base is the text that is kept, revision the one that was seen last. */
  base: string;
  revision: number;
  /** drawing is of the text, or of the last text that could be read. */
  drawing: Drawing;
  /** fault is why the text cannot be read; line is where, from 1. */
  fault: Fault | undefined;
  line: number;
  /** type takes a text as it is typed; the editor keeps its own history. */
  type: (text: string) => void;
  /** edit is one act on the drawing: it can be undone. */
  edit: (words: string, next: (text: string) => string) => void;
  /** kept notes that a text is saved as a revision. */
  kept: (text: string, revision: number) => void;
  /** moved notes that the flow has a new revision with the same text: its stories changed. */
  moved: (revision: number) => void;
}

/** useDraft is the text that is being edited and its drawing; either side may change it. */
export function useDraft(product: string, saved: Schemas["DialogShowOutBody"]): Draft {
  const [text, setText] = useState(saved.text);
  const [base, setBase] = useState({ text: saved.text, revision: saved.revision });
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), restMS);
    return () => clearTimeout(timer);
  }, [text]);
  const query = useDrawing(product, rested, rested !== saved.text);
  const last = useRef<Drawing>(saved);
  if (rested === saved.text) last.current = saved;
  else if (query.data && !query.isPlaceholderData) last.current = query.data;
  const said = rested !== saved.text && query.error ? asFault(query.error) : undefined;
  const fault = said && said.status >= 400 && said.status < 500 ? said : undefined; // a server that is gone says nothing about the text
  // Somebody else saved while nothing was changed here: show theirs.
  useEffect(() => {
    if (saved.revision <= base.revision) return;
    if (text === base.text) {
      setText(saved.text);
      setBase({ text: saved.text, revision: saved.revision });
    }
  }, [saved, base, text]);
  const now = useRef(text);
  now.current = text;
  const edit = useCallback((words: string, next: (text: string) => string) => {
    const before = now.current;
    const after = next(before);
    if (after === before) return;
    const put = (t: string) => () => {
      setText(t);
      setRested(t);
    };
    put(after)();
    did({ words, undo: put(before), redo: put(after) });
  }, []);
  return {
    text,
    changed: text !== base.text,
    base: base.text,
    revision: base.revision,
    drawing: last.current,
    fault,
    // "第 3 行第 5 列…", "line 3, column 5 …": the place comes first in both languages.
    line: fault?.code === "dialog.bad_yaml" ? Number(/\d+/.exec(fault.detail)?.[0] ?? 0) : 0,
    type: setText,
    edit,
    kept: (t, revision) => setBase({ text: t, revision }),
    moved: (revision) => setBase((b) => ({ ...b, revision })),
  };
}
