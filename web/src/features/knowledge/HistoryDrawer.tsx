import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Drawer } from "antd";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useFormat } from "../../shared/format/useFormat";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { useWords } from "../../shared/words/useWords";
import { plainText, useRevisions, type Entry } from "./api";
import css from "./knowledge.module.css";

/** HistoryDrawer is every revision of an entry; an old one can come back. */
export function HistoryDrawer({ product, entry, open, mayEdit, onClose }: { product: string; entry: Entry; open: boolean; mayEdit: boolean; onClose: () => void }) {
  const w = useWords("knowledge");
  const f = useFormat();
  const client = useQueryClient();
  const revisions = useRevisions(product, entry.id, open);
  const restore = useMutation({
    mutationFn: (revision: number) => ask(api.POST("/api/v1/products/{product}/entries/{entry}/restorations", { params: { path: { product, entry: entry.id } }, body: { revision } })),
    onSuccess: () => (void client.invalidateQueries({ queryKey: ["knowledge", product] }), onClose()),
  });
  return (
    <Drawer open={open} onClose={onClose} title={w("history")} size={480}>
      {restore.error && <FaultBand fault={asFault(restore.error)} />}
      <Faces of={revisions}>
        {(list) => (
          <ol className={css["history"]}>
            {list.map((r) => (
              <li key={r.revision}>
                <p className={css["editorHead"]}>
                  <span>{w("revision", { n: f.count(r.revision ?? 0) })}{r.updated_us ? ` · ${f.time(r.updated_us)}` : ""}</span>
                  {r.revision !== entry.revision && mayEdit && <Button size="small" onClick={() => restore.mutate(r.revision ?? 0)}>{w("restore")}</Button>}
                </p>
                <b>{r.question}</b>
                <p>{(r.variants ?? []).join(" / ")}</p>
                <p>{plainText(r.answer)}</p>
              </li>
            ))}
          </ol>
        )}
      </Faces>
    </Drawer>
  );
}
