import { Drawer, Segmented } from "antd";
import { useState } from "react";
import { useWords } from "../../shared/words/useWords";
import { NewEntry } from "./NewEntry";
import { ToEntry } from "./ToEntry";
import css from "./feedback.module.css";

const ways = ["new", "variant"] as const;

/** WriteAnswer teaches the product a question: with an answer of its own, or as another wording of an entry that answers it. It answers live from the next release on. */
export function WriteAnswer({ product, open, onClose, question }: { product: string; open: boolean; onClose: () => void; question: string }) {
  const w = useWords("feedback");
  const [way, setWay] = useState<(typeof ways)[number]>("variant");
  return (
    <Drawer open={open} onClose={onClose} title={w("write")} size={480} destroyOnHidden>
      <p className={css["quoted"]}>{question}</p>
      <Segmented block value={way} onChange={setWay} options={ways.map((value) => ({ value, label: w(`way_${value}`) }))} />
      {way === "new" ? <NewEntry product={product} question={question} onDone={onClose} /> : <ToEntry product={product} question={question} onDone={onClose} />}
    </Drawer>
  );
}
