import type { Lang } from "../../shared/words/lang";
import type { Label } from "./api";

/** labelName is what a label is called in the language of the page. */
export function labelName(label: Pick<Label, "id" | "zh" | "en"> | undefined, lang: Lang, id = ""): string {
  if (!label) return id;
  return (lang === "zh" ? label.zh || label.en : label.en || label.zh) || label.id;
}
