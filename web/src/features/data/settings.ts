// What a person changed of the guesses of an import, and the settings that it makes.

import type { Previewed, Settings } from "./api";

export const roles = ["session", "speaker", "text", "time", "channel"] as const;
export type RoleName = (typeof roles)[number];

/** usual are the names by which the server knows a role again. */
const usual: Record<RoleName, string> = { session: "会话", speaker: "角色", text: "内容", time: "时间", channel: "渠道" };

export interface ColumnChoice {
  /** from is the column of the file. */
  from: string;
  name: string;
  keep: boolean;
  role: RoleName | "";
}

/** choicesOf are the columns of a preview as they were guessed. */
export function choicesOf(seen: Previewed): ColumnChoice[] {
  return (seen.report.schema.columns ?? []).map((c) => ({ from: c.name, name: c.name, keep: true, role: (seen.roles?.find((r) => r.column === c.name)?.role as RoleName | undefined) ?? "" }));
}

/**
 * withRole gives a role to one column: nobody else keeps it. A column whose role was not guessed
 * takes the usual name of the role, by which every later stage finds it; one that loses its role
 * takes its own name back, with a mark when that name means the role.
 */
export function withRole(choices: ColumnChoice[], guessed: ColumnChoice[], from: string, role: RoleName | ""): ColumnChoice[] {
  const first = (c: ColumnChoice) => guessed.find((g) => g.from === c.from)!;
  const bare = (c: ColumnChoice) => ({ ...c, role: "" as const, name: first(c).role ? `${c.from}_` : c.from });
  return choices.map((c) => {
    if (c.from === from) {
      if (role === "") return bare(c);
      return { ...c, role, name: first(c).role === role ? c.from : usual[role] };
    }
    return role !== "" && c.role === role ? bare(c) : c;
  });
}

/** settingsOf are the settings of the order: only what differs from the guess is sent. */
export function settingsOf(base: Settings, choices: ColumnChoice[]): Settings {
  const kept = choices.filter((c) => c.keep);
  const renamed = Object.fromEntries(kept.filter((c) => c.name.trim() && c.name !== c.from).map((c) => [c.from, c.name.trim()]));
  return {
    ...base,
    ...(kept.length < choices.length ? { columns: kept.map((c) => c.from) } : {}),
    ...(Object.keys(renamed).length ? { rename: renamed } : {}),
  };
}

/** clash is the first name that two kept columns would have. */
export function clash(choices: ColumnChoice[]): string | undefined {
  const names = choices.filter((c) => c.keep).map((c) => c.name.trim());
  return names.find((n, i) => names.indexOf(n) !== i);
}

/** titleOf makes the name of a dataset from that of a file: "客服会话_0812.csv.gz" → "客服会话_0812". */
export function titleOf(fileName: string): string {
  return fileName.replace(/(\.[A-Za-z0-9]{1,7})+$/, "").slice(0, 200) || fileName;
}
