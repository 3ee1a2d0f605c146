import type { paths } from "./schema";

type Query = Record<string, string | number | boolean | undefined>;

/** href is the address of an operation, for a link that downloads or an upload: path and query values are encoded. */
export function href(path: keyof paths, values: Record<string, string>, query: Query = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${path} needs ${name}`);
    return encodeURIComponent(value);
  });
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.set(name, String(value));
  return asked.size ? `${filled}?${asked}` : filled;
}
