import { App, Button } from "antd";
import { useEffect } from "react";
import { asFault } from "../api/fault";
import { useActions } from "../keys/useActions";
import { useWords } from "../words/useWords";
import { canRedo, canUndo, onDone, redo, undo } from "./undo";
import "./undo.css";

const seconds = 6;

/** UndoToast shows the last act bottom left for six seconds, and gives Z and Shift Z their meaning. Once in the shell. */
export function UndoToast() {
  const { message } = App.useApp();
  const w = useWords("shared");
  const say = (text: string) => void message.open({ key: "undo", content: text, duration: seconds });
  const back = () => void undo().catch((e: unknown) => say(asFault(e).detail));
  const again = () => void redo().catch((e: unknown) => say(asFault(e).detail));
  useActions(
    [
      { id: "undo", words: w("undo"), key: "Z", when: canUndo, run: back },
      { id: "redo", words: w("redo"), key: "Shift Z", when: canRedo, run: again },
    ],
    "everywhere",
  );
  useEffect(() =>
    onDone((done, state) => {
      if (state === "undone") return say(w("undone", { what: done.words }));
      void message.open({
        key: "undo",
        duration: seconds,
        content: (
          <>
            {done.words}
            <Button type="link" size="small" onClick={back}>
              {w("undo")} <kbd aria-hidden>Z</kbd>
            </Button>
          </>
        ),
      });
    }),
  );
  return null;
}
