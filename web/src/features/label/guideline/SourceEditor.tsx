import { Input, type GetRef } from "antd";
import { useEffect, useRef } from "react";
import { useWords } from "../../../shared/words/useWords";
import css from "./guideline.module.css";

interface Props {
  source: string;
  problem: { line: number; column: number; text: string } | undefined;
  /** field is the place that the server named: "labels[2].id (7:5)". */
  field: string;
  readOnly: boolean;
  change: (source: string) => void;
}

/** SourceEditor is the guideline as text; a mistake is told by its line, and the cursor is put there. */
export function SourceEditor({ source, problem, field, readOnly, change }: Props) {
  const w = useWords("label");
  const box = useRef<GetRef<typeof Input.TextArea>>(null);
  const named = /\((\d+):(\d+)\)/.exec(field);
  const line = problem?.line ?? (named ? Number(named[1]) : 0);
  const lines = source.split("\n");
  const show = (n: number) => {
    const el = box.current?.resizableTextArea?.textArea;
    if (!el || n < 1) return;
    const from = lines.slice(0, n - 1).reduce((sum, l) => sum + l.length + 1, 0);
    el.focus();
    el.setSelectionRange(from, from + (lines[n - 1]?.length ?? 0));
    el.scrollTop = Math.max(0, (n - 8) * 20);
  };
  useEffect(() => {
    if (named) show(Number(named[1]));
  }, [field]);
  return (
    <div className={css["source"]}>
      {(problem || named) && (
        <p className={css["problem"]} role="alert">
          <button type="button" onClick={() => show(line)}>{w("at_line", { line })}</button> {problem?.text ?? field}
        </p>
      )}
      <Input.TextArea ref={box} className={css["sourceField"]!} value={source} readOnly={readOnly} spellCheck={false} aria-label={w("as_text")} onChange={(e) => change(e.target.value)} />
    </div>
  );
}
