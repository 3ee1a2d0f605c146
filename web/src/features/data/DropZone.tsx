import { useState, type ReactNode } from "react";
import { useWords } from "../../shared/words/useWords";
import css from "./data.module.css";

/** DropZone takes a file that is dropped anywhere on what it holds. */
export function DropZone({ take, off, children }: { take: (file: File) => void; off: boolean; children: ReactNode }) {
  const w = useWords("data");
  const [over, setOver] = useState(false);
  const hasFile = (e: React.DragEvent) => !off && e.dataTransfer.types.includes("Files");
  return (
    <div
      className={css["drop"]}
      onDragOver={(e) => hasFile(e) && (e.preventDefault(), setOver(true))}
      onDragLeave={(e) => !e.currentTarget.contains(e.relatedTarget as Node | null) && setOver(false)}
      onDrop={(e) => {
        if (!hasFile(e)) return;
        e.preventDefault();
        setOver(false);
        const file = e.dataTransfer.files[0];
        if (file) take(file);
      }}
    >
      {children}
      {over && <div className={css["over"]}>{w("drop_here")}</div>}
    </div>
  );
}
