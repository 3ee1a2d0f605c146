import { Empty } from "../../../shared/page/Empty";
import { useWords } from "../../../shared/words/useWords";
import css from "../tune.module.css";

/** HowToLog tells, where nothing was logged yet, which lines bring what a program logs here. */
export function HowToLog({ text, lines }: { text: string; lines: string }) {
  const w = useWords("tune");
  return (
    <Empty
      text={text}
      act={
        <pre className={css["snippet"]} tabIndex={0}>
          {lines}
        </pre>
      }
      link={{ to: "/settings/tokens", words: w("runs_token") }}
    />
  );
}
