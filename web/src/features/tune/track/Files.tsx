import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { File, Folder } from "lucide-react";
import { useState } from "react";
import { api, ask } from "../../../shared/api/client";
import { useFormat } from "../../../shared/format/useFormat";
import { Faces } from "../../../shared/page/Faces";
import { useWords } from "../../../shared/words/useWords";
import css from "../tune.module.css";
import { fileAt } from "./fileAt";

/** Files are the files of a run: folders open, a file shows its beginning, and downloads. */
export function Files({ product, experiment, run }: { product: string; experiment: string; run: string }) {
  const w = useWords("tune");
  const f = useFormat();
  const [folder, setFolder] = useState("");
  const [open, setOpen] = useState("");
  const list = useQuery({ queryKey: ["tune", product, "files", run, folder], queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/logged-runs/{run}/files", { signal, params: { path: { product, run }, query: folder ? { path: folder } : {} } })) });
  const seen = useQuery({ queryKey: ["tune", product, "preview", run, open], enabled: open !== "", queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/logged-runs/{run}/preview", { signal, params: { path: { product, run }, query: { path: open } } })) });
  const short = (path: string) => path.slice(folder ? folder.length + 1 : 0);
  return (
    <div className={css["files"]}>
      <Faces of={list} empty={<p className={css["caption"]}>{w("files_none")}</p>}>
        {(page) => (
          <ul>
            {folder && <li><Button type="text" size="small" onClick={() => setFolder(folder.split("/").slice(0, -1).join("/"))}>‹ {folder}</Button></li>}
            {page.items.map((x) => (
              <li key={x.path}>
                <Button type="text" size="small" icon={x.folder ? <Folder size={14} aria-hidden /> : <File size={14} aria-hidden />} aria-pressed={!x.folder && x.path === open} onClick={() => (x.folder ? setFolder(x.path) : setOpen(x.path))}>{short(x.path)}</Button>
                {!x.folder && <small data-measure>{f.bytes(x.size_bytes)}</small>}
                {!x.folder && <a href={fileAt(product, experiment, run, x.path)} download={short(x.path)}>{w("download")}</a>}
              </li>
            ))}
          </ul>
        )}
      </Faces>
      {open && (
        <div className={css["preview"]} data-said>
          <Faces of={seen}>
            {(p) => (p.kind === "text" ? <pre tabIndex={0}>{p.text}{p.cut && "\n…"}</pre> : p.kind === "picture" ? <img src={`data:${p.type};base64,${p.picture}`} alt={open} /> : <p className={css["caption"]}>{w("preview_other")}</p>)}
          </Faces>
        </div>
      )}
    </div>
  );
}
