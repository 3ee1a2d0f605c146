import { useWords } from "../../shared/words/useWords";
import css from "./label.module.css";

/** Simulated marks a figure that rests on people who are not there. */
export function Simulated() {
  const w = useWords("label");
  return (
    <span className={css["sim"]} title={w("simulated_why")}>
      {w("simulated")}
    </span>
  );
}
