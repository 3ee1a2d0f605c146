import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { Lock } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { Page } from "../../shared/page/Page";
import { Pane } from "../../shared/page/Pane";
import { useWords } from "../../shared/words/useWords";
import { threadKey, useThread, type Thread } from "./api";
import { BeadRow } from "./BeadRow";
import { beadsOf } from "./beads";
import { BeadBody } from "./BeadBody";
import { Onward } from "./Onward";
import { RevealModal } from "./RevealModal";
import css from "./thread.module.css";

/** ThreadPage is one thread: of an answer down to its raw line, or of a row up to the answers it shaped. */
export function ThreadPage() {
  const w = useWords("thread");
  const f = useFormat();
  const go = useNavigate();
  const client = useQueryClient();
  const product = useProduct();
  const { id = "" } = useParams();
  const mayReveal = useMay("lead");
  const drawn = useThread(product, id);
  const [at, setAt] = useState(0);
  const [row, setRow] = useState(0);
  const [asking, setAsking] = useState(false);
  const reveal = useMutation({
    mutationFn: (reason: string) => ask(api.POST("/api/v1/threads/{id}/reveals", { params: { path: { id }, query: { product } }, body: { reason } })),
    onSuccess: (open) => {
      client.setQueryData<Thread>(threadKey(product, id), open);
      setAsking(false);
    },
  });
  const thread = drawn.data;
  const beads = thread ? beadsOf(thread, row) : [];
  const here = beads[at];
  const isTurn = thread?.of.kind === "turn";
  const followed = thread?.rows?.[row];
  const rowID = followed?.row?.id ?? followed?.witness?.row_id ?? "";
  const fix = { id: "thread.fix", words: w("fix"), key: "I", when: () => isTurn, run: () => void go(`/${product}/feedback?row=${encodeURIComponent(id)}`) };
  useActions([
    { id: "thread.down", words: w("down"), key: "J", more: ["ArrowDown"], run: () => setAt(Math.min(beads.length - 1, at + 1)), hidden: true, repeat: true },
    { id: "thread.up", words: w("up"), key: "K", more: ["ArrowUp"], run: () => setAt(Math.max(0, at - 1)), hidden: true, repeat: true },
    { id: "thread.open", words: w("open"), key: "Enter", when: () => !!here?.to, run: () => void go(`/${product}/${here!.to}`) },
    { id: "thread.row_next", words: w("row_next"), key: "ArrowRight", when: () => (thread?.rows ?? []).length > 1, run: () => setRow((row + 1) % (thread?.rows ?? []).length), hidden: true },
    { id: "thread.row", words: w("row_thread"), key: "T", when: () => !!isTurn && !!rowID, run: () => void go(`/${product}/thread/${encodeURIComponent(rowID)}`) },
    fix,
  ]);
  const whole = beads.filter((b) => b.there).length;
  return (
    <Page
      title={w("title")}
      name={thread && (isTurn ? w("from_answer") : w("from_row"))}
      facts={
        thread && (
          <>
            <span className={css["id"]}>{id.length > 24 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id}</span> {thread.turn && f.time(Date.parse(thread.turn.at) * 1000)} · {w("whole")} <b data-measure>{whole}</b> / <b data-total={beads.length}>{beads.length}</b>
          </>
        )
      }
      acts={
        <>
          {(thread?.masked ?? 0) > 0 && mayReveal && (
            <Button icon={<Lock size={14} />} onClick={() => setAsking(true)}>
              {w("masked", { count: thread!.masked })}
            </Button>
          )}
          {isTurn && <ActionButton action={fix} />}
        </>
      }
      pane={thread && <Pane title={w("onward_title")}><Onward product={product} row={rowID} reveals={thread.reveals} /></Pane>}
    >
      {reveal.error && <FaultBand fault={asFault(reveal.error)} />}
      <Faces of={drawn}>
        {(t) => (
          <ol className={css["thread"]}>
            {beads.map((b, i) => (
              <BeadRow key={b.kind} order={i} name={w(`bead_${b.kind}`)} time={b.atUS ? f.time(b.atUS) : undefined} state={b.there ? b.state : "hollow"} current={i === at} onCurrent={() => setAt(i)}>
                <BeadBody bead={b} thread={t} product={product} row={row} onRow={setRow} />
                {b.to && <Link className={css["more"]} to={`/${product}/${b.to}`} aria-label={`${w("open")} ${w(`bead_${b.kind}`)}`}>{w("open")}</Link>}
              </BeadRow>
            ))}
          </ol>
        )}
      </Faces>
      {asking && <RevealModal busy={reveal.isPending} onReveal={(reason) => reveal.mutate(reason)} onClose={() => setAsking(false)} />}
    </Page>
  );
}
