// Words of a page in the language of the document; 中文 unless the page says en.

export type Lang = "zh" | "en";

export function langOf(root: { lang: string } = document.documentElement): Lang {
  return root.lang.toLowerCase().startsWith("en") ? "en" : "zh";
}

// words gives a reader of one word table. {name} is replaced by the value given.
export function words<K extends string>(table: Record<Lang, Record<K, string>>, lang: Lang) {
  return (key: K, values: Record<string, string | number> = {}): string =>
    table[lang][key].replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}
