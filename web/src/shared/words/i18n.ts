// Loads the words of a folder when a page of it first asks: features/<stage>/words.<lang>.json,
// and those of shared/ and app/. A namespace is the name of the folder.

import i18next, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";
import { codes, firstLang, keepLang, langOfCode, type Lang } from "./lang";
import { pseudo } from "./pseudo";

type Words = Record<string, string>;
const files = import.meta.glob<Words>(["/src/features/*/words.*.json", "/src/app/words.*.json", "/src/shared/words.*.json"], { import: "default" });

async function load(lang: Lang, namespace: string): Promise<Words> {
  const folder = namespace === "app" || namespace === "shared" ? namespace : `features/${namespace}`;
  const file = files[`/src/${folder}/words.${lang === "zh" ? "zh" : "en"}.json`];
  if (!file) throw new Error(`no words for ${namespace}`);
  const words = await file();
  if (lang !== "pseudo") return words;
  return Object.fromEntries(Object.entries(words).map(([key, text]) => [key, pseudo(text)]));
}

const backend: BackendModule = {
  type: "backend",
  init: () => {},
  read: (code, namespace, done) => {
    load(langOfCode(code), namespace).then(
      (words) => done(null, words),
      (e: Error) => done(e, false),
    );
  },
};

/** startWords reads the words of the shell, and begins to read those of the stages that are shown first. */
export async function startWords(stages: string[] = []): Promise<void> {
  const code = firstLang();
  for (const stage of stages) void load(code, stage).catch(() => undefined);
  i18next.on("languageChanged", (code) => {
    document.documentElement.lang = code;
  });
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: codes[code],
      fallbackLng: false,
      load: "currentOnly",
      ns: ["shared", "app"],
      defaultNS: "shared",
      keySeparator: false,
      nsSeparator: false,
      returnEmptyString: false,
      interpolation: { prefix: "{", suffix: "}", escapeValue: false },
      react: { useSuspense: true },
    });
}

export function setLang(lang: Lang): void {
  keepLang(lang);
  void i18next.changeLanguage(codes[lang]);
}

/** lang is the language that the page speaks now. */
export function lang(): Lang {
  return langOfCode(i18next.language ?? codes.zh);
}

/** sharedWord reads a word of shared/ outside of a component. */
export function sharedWord(key: string, values: Record<string, string | number> = {}): string {
  return i18next.t(key, { ns: "shared", ...values });
}
