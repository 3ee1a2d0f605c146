import { Button } from "antd";
import { Check, Sparkles, X } from "lucide-react";
import { Link } from "react-router";
import { useFormat } from "../../shared/format/useFormat";
import type { Action } from "../../shared/keys/actions";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useWords } from "../../shared/words/useWords";
import type { Mined } from "./api";
import css from "./knowledge.module.css";

interface Props {
  product: string;
  mined: Mined[];
  disabled: boolean;
  onTake: (text: string) => void;
  onDismiss: (text: string) => void;
  takeAll: Action;
}

/** MinedWordings is what customers said near an entry and no entry has yet; dashed, because a machine proposes it. */
export function MinedWordings({ product, mined, disabled, onTake, onDismiss, takeAll }: Props) {
  const w = useWords("knowledge");
  const f = useFormat();
  return (
    <section className={css["mined"]} aria-label={w("mined")}>
      <p>
        <span><Sparkles size={13} aria-hidden /> {w("mined")}</span>
        {!disabled && <ActionButton action={takeAll} size="small" type="text" />}
      </p>
      <ul>
        {mined.map((m) => (
          <li key={m.text}>
            <span>
              <Link to={`/${product}/thread/${m.turn_id}`}>{m.text}</Link>
              <small>{w(`mined_${m.why}`)}{m.times > 1 && ` ×${f.count(m.times)}`}</small>
            </span>
            <b>{f.score(m.likeness)}</b>
            {!disabled && (
              <>
                <Button type="text" size="small" icon={<Check size={13} />} aria-label={w("take_mined", { text: m.text })} onClick={() => onTake(m.text)} />
                <Button type="text" size="small" icon={<X size={13} />} aria-label={w("dismiss_mined", { text: m.text })} onClick={() => onDismiss(m.text)} />
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
