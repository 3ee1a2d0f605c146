import { useTranslation } from "react-i18next";

/** Word reads one text of a words file; {name} in it is filled from values, {count} also picks _one or _other. */
export type Word = (key: string, values?: Record<string, string | number>) => string;

/** useWords reads words.<lang>.json of one folder: "shared", "app" or a stage. The first use suspends until they are here. */
export function useWords(folder: string): Word {
  const { t } = useTranslation(folder);
  return t as Word;
}
