import { Button, Drawer } from "antd";
import { BookOpen } from "lucide-react";
import { useEffect, useRef } from "react";
import { Link } from "react-router";
import { useWords } from "../../../shared/words/useWords";
import type { Saved } from "../api";
import { RuleExamples } from "../RuleExamples";
import { RuleText } from "../RuleText";
import css from "./desk.module.css";

interface Props {
  open: boolean;
  saved: Saved;
  label: string | undefined;
  nameOf: (id: string) => string;
  product: string;
  close: () => void;
}

/** RuleDrawer is the whole guideline, open at one label. */
export function RuleDrawer({ open, saved, label, nameOf, product, close }: Props) {
  const w = useWords("label");
  const body = useRef<HTMLDivElement>(null);
  const labels = saved.guideline.labels ?? [];
  const show = (id: string | undefined) => body.current?.querySelector(`[data-rule="${CSS.escape(id ?? "")}"]`)?.scrollIntoView({ block: "start" });
  useEffect(() => {
    if (open) requestAnimationFrame(() => show(label));
  }, [open]);
  return (
    <Drawer
      open={open}
      onClose={close}
      size={720}
      title={<><BookOpen size={14} /> {saved.guideline.name} v{saved.version}</>}
      extra={<Link to={`/${product}/label/guideline`}><Button size="small">{w("to_guideline")}</Button></Link>}
    >
      <div ref={body}>
        {labels.map((l, i) => (
          <section key={l.id} data-rule={l.id} className={css["ruleInFull"]} data-current={l.id === label}>
            <h3>
              {i + 1} {nameOf(l.id)} <span className="mono">{l.id}</span>
            </h3>
            <RuleText text={l.rule ?? ""} known={(id) => labels.some((o) => o.id === id)} nameOf={nameOf} onLabel={show} />
            <RuleExamples label={l} nameOf={nameOf} />
          </section>
        ))}
      </div>
    </Drawer>
  );
}
