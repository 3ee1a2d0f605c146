// Which fields a node of each kind has, and how each is filled in. docs: dialog.Node.

export type As = "text" | "lines" | "node" | "slots" | "flag" | "number" | "cases" | "yaml";

const next = { name: "next", as: "node" } as const;

/** fieldsOf lists the fields of a kind in the order of the form; its main field comes first. */
export const fieldsOf: Record<string, { name: string; as: As }[]> = {
  say: [{ name: "say", as: "lines" }, { name: "spoken", as: "lines" }, { name: "card", as: "yaml" }, { name: "each", as: "flag" }, { name: "choices", as: "yaml" }, next],
  ask: [{ name: "ask", as: "slots" }, { name: "again", as: "flag" }, { name: "soft", as: "flag" }, next, { name: "fail", as: "node" }],
  branch: [{ name: "branch", as: "cases" }, next],
  lookup: [{ name: "lookup", as: "text" }, { name: "where", as: "lines" }, { name: "sort", as: "text" }, { name: "limit", as: "number" }, { name: "none", as: "node" }, { name: "one", as: "node" }, { name: "many", as: "node" }, next],
  pick: [{ name: "pick", as: "text" }, { name: "where", as: "lines" }, { name: "wishes", as: "yaml" }, { name: "sort", as: "text" }, { name: "none", as: "node" }, next],
  call: [{ name: "call", as: "yaml" }, next, { name: "failed", as: "node" }],
  knowledge: [{ name: "knowledge", as: "yaml" }, { name: "none", as: "node" }, next],
  clarify: [{ name: "clarify", as: "lines" }, { name: "spoken", as: "lines" }],
  handover: [{ name: "handover", as: "lines" }, { name: "spoken", as: "lines" }, { name: "queue", as: "text" }, { name: "minutes", as: "number" }],
  set: [{ name: "set", as: "yaml" }, next],
  run: [{ name: "run", as: "node" }, next],
};

/** newValue is what a new node of a kind begins with: enough for the file to be read. */
export const newValue: Record<string, Record<string, unknown>> = {
  say: { say: "…" },
  ask: { ask: [] },
  branch: { branch: [{ go: "" }] },
  lookup: { lookup: "…" },
  pick: { pick: "…" },
  call: { call: { method: "GET", url: "https://" } },
  knowledge: { knowledge: { text: "{text}" } },
  clarify: { clarify: "…" },
  handover: { handover: "…" },
  set: { set: {} },
  run: { run: "" },
};
