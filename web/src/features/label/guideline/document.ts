// The guideline as YAML and as a form are one thing: the form changes the document, so that
// comments and order stay, and the text is made from it.

import { isMap, isSeq, parseDocument, type Document } from "yaml";

export interface FormExample {
  text: string;
  context: string[];
  labels: string[];
  note: string;
}

export interface FormLabel {
  id: string;
  zh: string;
  en: string;
  rule: string;
  only_with: string[];
  examples: FormExample[];
}

export interface FormGuideline {
  name: string;
  multi: boolean;
  labels: FormLabel[];
}

/** readDocument reads a text; problem is where it is no YAML, the document is then of no use. */
export function readDocument(source: string): { doc: Document; problem?: { line: number; column: number; text: string } } {
  const doc = parseDocument(source);
  const e = doc.errors[0];
  if (!e) return { doc };
  return { doc, problem: { line: e.linePos?.[0].line ?? 1, column: e.linePos?.[0].col ?? 1, text: e.message.split("\n")[0]!.replace(/ at line.*$/, "") } };
}

const text = (v: unknown): string => (typeof v === "string" ? v : typeof v === "number" || typeof v === "boolean" ? String(v) : "");
const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);

/** asForm gives a document as the form shows it; what it does not know stays in the document. */
export function asForm(doc: Document): FormGuideline {
  const g = (doc.toJS() ?? {}) as Record<string, unknown>;
  return {
    name: text(g["name"]),
    multi: g["multi"] === true,
    labels: list(g["labels"]).map((raw) => {
      const l = (raw ?? {}) as Record<string, unknown>;
      return {
        id: text(l["id"]), zh: text(l["zh"]), en: text(l["en"]), rule: text(l["rule"]), only_with: list(l["only_with"]).map(text),
        examples: list(l["examples"]).map((r) => {
          const e = (r ?? {}) as Record<string, unknown>;
          return { text: text(e["text"]), context: list(e["context"]).map(text), labels: list(e["labels"]).map(text), note: text(e["note"]) };
        }),
      };
    }),
  };
}

/** Path leads to a place in a guideline: ["labels", 2, "rule"]. */
export type Path = (string | number)[];

/** setAt changes one value and gives the text. "", [] and undefined take an optional value away. */
export function setAt(doc: Document, path: Path, value: unknown): string {
  const empty = value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
  const last = path.at(-1);
  const kept = last === "text" || last === "id" || last === "labels" || last === "name";
  if (empty && !kept) doc.deleteIn(path);
  else {
    const node = doc.createNode(value);
    if (isSeq(node) && (last === "labels" || last === "only_with") && path.length > 1) node.flow = true;
    doc.setIn(path, node);
  }
  return write(doc);
}

/** addAt appends to a list and gives the text and the place of what was added. */
export function addAt(doc: Document, path: Path, value: unknown): { source: string; at: number } {
  const there = doc.getIn(path);
  if (!isSeq(there)) doc.setIn(path, doc.createNode([]));
  doc.addIn(path, doc.createNode(value));
  const now = doc.getIn(path);
  return { source: write(doc), at: isSeq(now) ? now.items.length - 1 : 0 };
}

/** removeAt takes one out of a list; an emptied optional list goes too. */
export function removeAt(doc: Document, path: Path, at: number): string {
  doc.deleteIn([...path, at]);
  const now = doc.getIn(path);
  if (isSeq(now) && now.items.length === 0 && path.length > 1) doc.deleteIn(path);
  return write(doc);
}

function write(doc: Document): string {
  return doc.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** newGuideline is the beginning of one, for a product that has none. */
export function newGuideline(name: string): string {
  return `name: ${JSON.stringify(name)}\ntask: classify\nmulti: false\nlabels: []\n`;
}

/** isGuideline tells whether a document has the outer form of one. */
export function isGuideline(doc: Document): boolean {
  return isMap(doc.contents);
}
