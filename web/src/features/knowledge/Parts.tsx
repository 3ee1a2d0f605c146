import { Button, Input } from "antd";
import { ArrowUp, Image, LayoutList, MessageSquareReply, Plus, Type, X } from "lucide-react";
import { Section } from "../../shared/page/Section";
import { useWords } from "../../shared/words/useWords";
import type { Part } from "./api";
import { emptyPart, kinds, type Kind } from "./entries";
import css from "./knowledge.module.css";

const icons = { text: Type, card: LayoutList, image: Image, action: MessageSquareReply };

interface Props {
  parts: Part[];
  disabled: boolean;
  onChange: (parts: Part[]) => void;
}

/** Parts is an answer piece by piece: text, cards, images, quick replies, in the order in which they are shown. */
export function Parts({ parts, disabled, onChange }: Props) {
  const w = useWords("knowledge");
  const change = (i: number, to: Partial<Part>) => onChange(parts.map((p, j) => (j === i ? { ...p, ...to } : p)));
  const up = (i: number) => onChange(parts.map((p, j) => (j === i - 1 ? parts[i]! : j === i ? parts[i - 1]! : p)));
  const firstText = parts.findIndex((p) => p.kind === "text");
  return (
    <Section
      title={w("answer")}
      note={w("parts_note", { count: parts.length })}
      acts={!disabled && kinds.map((kind) => {
        const Icon = icons[kind];
        return <Button key={kind} type="text" size="small" icon={<Icon size={14} />} aria-label={w("add_part", { kind: w(`part_${kind}`) })} onClick={() => onChange([...parts, emptyPart(kind)])}>{w(`part_${kind}`)}</Button>;
      })}
    >
      <ol className={css["parts"]}>
        {parts.map((p, i) => {
          const kind = kinds.includes(p.kind as Kind) ? (p.kind as Kind) : "text";
          const Icon = icons[kind];
          return (
            <li key={i} data-kind={kind}>
              <Icon size={15} aria-hidden />
              <div><Fields part={p} name={i === firstText ? w("answer") : w("part_n", { n: i + 1, kind: w(`part_${kind}`) })} disabled={disabled} onChange={(to) => change(i, to)} /></div>
              {!disabled && (
                <span>
                  {i > 0 && <Button type="text" size="small" icon={<ArrowUp size={13} />} aria-label={w("part_up", { n: i + 1 })} onClick={() => up(i)} />}
                  <Button type="text" size="small" icon={<X size={13} />} aria-label={w("part_drop", { n: i + 1 })} onClick={() => onChange(parts.filter((_, j) => j !== i))} />
                </span>
              )}
            </li>
          );
        })}
      </ol>
    </Section>
  );
}

function Fields({ part, name, disabled, onChange }: { part: Part; name: string; disabled: boolean; onChange: (to: Partial<Part>) => void }) {
  const w = useWords("knowledge");
  const line = (key: "title" | "url" | "text" | "send", words: string) => (
    <Input value={part[key] ?? ""} disabled={disabled} placeholder={words} aria-label={`${name} ${words}`} onChange={(e) => onChange({ [key]: e.target.value })} />
  );
  switch (part.kind) {
    case "card":
      return (
        <>
          {line("title", w("card_title"))}
          <Pairs of={(part.facts ?? []).map((f) => [f.name, f.value])} words={[w("fact_name"), w("fact_value")]} name={name} add={w("add_fact")} drop={w("drop_fact")} disabled={disabled} onChange={(all) => onChange({ facts: all.map(([name, value]) => ({ name, value })) })} />
          <Pairs of={(part.actions ?? []).map((a) => [a.text, a.send])} words={[w("button_text"), w("button_send")]} name={name} add={w("add_button")} drop={w("drop_button")} disabled={disabled} onChange={(all) => onChange({ actions: all.map(([text, send]) => ({ text, send })) })} />
        </>
      );
    case "image":
      return (
        <>
          {line("url", w("image_url"))}
          {line("text", w("image_text"))}
        </>
      );
    case "action":
      return (
        <div className={css["pair"]}>
          {line("text", w("button_text"))}
          {line("send", w("button_send"))}
        </div>
      );
  }
  return <Input.TextArea autoSize={{ minRows: 2, maxRows: 14 }} value={part.text ?? ""} maxLength={4000} disabled={disabled} aria-label={name} onChange={(e) => onChange({ text: e.target.value })} />;
}

type Pair = [string, string];

/** Pairs are lines of two fields: the facts of a card, its buttons. */
function Pairs({ of, words, name, add, drop, disabled, onChange }: { of: Pair[]; words: Pair; name: string; add: string; drop: string; disabled: boolean; onChange: (all: Pair[]) => void }) {
  const change = (i: number, at: 0 | 1, value: string) => onChange(of.map((p, j): Pair => (j === i ? (at === 0 ? [value, p[1]] : [p[0], value]) : p)));
  return (
    <>
      {of.map((p, i) => (
        <div key={i} className={css["pair"]}>
          {([0, 1] as const).map((at) => (
            <Input key={at} size="small" value={p[at]} disabled={disabled} placeholder={words[at]} aria-label={`${name} ${words[at]} ${i + 1}`} onChange={(e) => change(i, at, e.target.value)} />
          ))}
          {!disabled && <Button type="text" size="small" icon={<X size={13} />} aria-label={`${drop} ${i + 1}`} onClick={() => onChange(of.filter((_, j) => j !== i))} />}
        </div>
      ))}
      {!disabled && <Button type="link" size="small" icon={<Plus size={13} />} onClick={() => onChange([...of, ["", ""]])}>{add}</Button>}
    </>
  );
}
