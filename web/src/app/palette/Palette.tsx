import { Modal } from "antd";
import { lazy, Suspense, useEffect, useState } from "react";
import { useActions } from "../../shared/keys/useActions";
import { useWords } from "../../shared/words/useWords";
import { onOpenPalette } from "./openPalette";

const PaletteBody = lazy(() => import("./PaletteBody").then((m) => ({ default: m.PaletteBody })));

/** Palette opens over everything with Ctrl K; its body is loaded with the first opening. */
export function Palette() {
  const w = useWords("app");
  const [open, setOpen] = useState(false);
  useEffect(() => onOpenPalette(() => setOpen(true)), []);
  useActions([{ id: "palette", words: w("search"), key: "Ctrl K", hidden: true, run: () => setOpen((o) => !o) }], "everywhere");
  return (
    <Modal open={open} onCancel={() => setOpen(false)} footer={null} closable={false} width={680} style={{ top: 96 }} styles={{ container: { padding: 0 } }} destroyOnHidden title={<span className="read-only-aloud">{w("search")}</span>}>
      <Suspense fallback={null}>
        <PaletteBody onClose={() => setOpen(false)} />
      </Suspense>
    </Modal>
  );
}
