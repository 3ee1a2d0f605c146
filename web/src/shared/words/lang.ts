// Languages of the pages. "pseudo" is English with every letter changed, to see words that
// were never put into the words files: ?lang=pseudo.

export type Lang = "zh" | "en" | "pseudo";

const storage = "zhuomo.lang";
/** codes are the names that browsers know the languages by. */
export const codes: Record<Lang, string> = { zh: "zh-CN", en: "en", pseudo: "en-XA" };

export function langOfCode(code: string): Lang {
  return code === codes.pseudo ? "pseudo" : code.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** firstLang is ?lang=, else what was chosen before, else the browser's, else Chinese. */
export function firstLang(): Lang {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked === "zh" || asked === "en" || asked === "pseudo") return asked;
  try {
    const kept = localStorage.getItem(storage);
    if (kept === "zh" || kept === "en") return kept;
  } catch {
    // No storage: the browser's language it is.
  }
  return navigator.languages.some((l) => l.toLowerCase().startsWith("zh")) || !navigator.languages.length ? "zh" : "en";
}

export function keepLang(lang: Lang): void {
  try {
    if (lang !== "pseudo") localStorage.setItem(storage, lang);
  } catch {
    // Chosen for this visit only.
  }
}
