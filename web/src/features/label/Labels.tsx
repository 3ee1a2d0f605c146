import { Chip } from "../../shared/page/Chip";
import { useWords } from "../../shared/words/useWords";
import css from "./label.module.css";

/** Labels are the labels of an answer as chips. */
export function Labels({ of, nameOf, tone = "azurite" }: { of: string[] | null | undefined; nameOf: (id: string) => string; tone?: "azurite" | "jade" | "plain" }) {
  const w = useWords("label");
  return <span className={css["labelChips"]}>{of?.length ? of.map((l) => <Chip key={l} tone={tone}>{nameOf(l)}</Chip>) : <Chip>{w("no_label")}</Chip>}</span>;
}
