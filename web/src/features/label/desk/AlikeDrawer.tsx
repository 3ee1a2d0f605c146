import { Button, Checkbox, Drawer } from "antd";
import { useState } from "react";
import { api, ask, type Schemas } from "../../../shared/api/client";
import { asFault, type Fault } from "../../../shared/api/fault";
import { useFormat } from "../../../shared/format/useFormat";
import { useActions } from "../../../shared/keys/useActions";
import { Chip } from "../../../shared/page/Chip";
import { FaultBand } from "../../../shared/page/FaultBand";
import { useWords } from "../../../shared/words/useWords";
import type { Task } from "../api";
import css from "./desk.module.css";

interface Props {
  queue: string;
  task: Task;
  alikes: Schemas["LabelAlikeTask"][];
  labels: string[];
  held: Task[];
  nameOf: (id: string) => string;
  apply: (tasks: Task[], labels: string[]) => void;
  close: () => void;
}

/** AlikeDrawer gives the rows that read like this one the same answer: all ticked, those that differ are taken out first. */
export function AlikeDrawer({ queue, task, alikes, labels, held, nameOf, apply, close }: Props) {
  const w = useWords("label");
  const f = useFormat();
  const [off, setOff] = useState<string[]>([]);
  const [fault, setFault] = useState<Fault>();
  const [busy, setBusy] = useState(false);
  const picked = alikes.filter((a) => !off.includes(a.task_id));
  const go = async () => {
    setBusy(true);
    try {
      const mine = held.filter((t) => picked.some((a) => a.task_id === t.id));
      const wanted = picked.filter((a) => !mine.some((t) => t.id === a.task_id)).map((a) => a.task_id);
      const claimed = wanted.length ? (await ask(api.POST("/api/v1/queues/{queue}/picks", { params: { path: { queue } }, body: { task_ids: wanted } }))).items : [];
      apply([task, ...mine.filter((t) => t.id !== task.id), ...claimed], labels);
    } catch (e) {
      setFault(asFault(e));
      setBusy(false);
    }
  };
  useActions([{ id: "label.alike.apply", words: w("alike_apply", { count: picked.length + 1 }), key: "Enter", when: () => !busy, run: () => void go(), hidden: true }], "dialog");
  return (
    <Drawer
      open
      onClose={close}
      size={480}
      title={w("alike_title")}
      footer={
        <Button type="primary" loading={busy} onClick={() => void go()}>
          {w("alike_apply", { count: picked.length + 1 })} <kbd aria-hidden>Enter</kbd>
        </Button>
      }
    >
      {fault && <FaultBand fault={fault} retry={() => void go()} />}
      <p className={css["note"]}>{w("alike_note")}</p>
      <p className={css["alikeLabels"]}>{labels.map((l) => <Chip key={l} tone="azurite">{nameOf(l)}</Chip>)}</p>
      <ul className={css["alikes"]}>
        {alikes.map((a) => (
          <li key={a.task_id}>
            <Checkbox checked={!off.includes(a.task_id)} onChange={(e) => setOff(e.target.checked ? off.filter((id) => id !== a.task_id) : [...off, a.task_id])}>
              {a.text}
            </Checkbox>
            <span className={css["near"]}>{w("near", { score: f.score(a.likeness) })}</span>
          </li>
        ))}
      </ul>
    </Drawer>
  );
}
