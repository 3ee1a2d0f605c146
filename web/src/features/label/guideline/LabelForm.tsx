import { Button, Form, Input } from "antd";
import { Plus } from "lucide-react";
import { useLang } from "../../../shared/words/useLang";
import { useWords } from "../../../shared/words/useWords";
import { labelName } from "../labelNames";
import { LabelSelect } from "../LabelSelect";
import { addAt, removeAt, setAt, type FormLabel, type Path } from "./document";
import { ExampleForm } from "./ExampleForm";
import type { Draft } from "./useDraft";
import css from "./guideline.module.css";

interface Props {
  label: FormLabel;
  at: number;
  labels: FormLabel[];
  draft: Draft;
  mayEdit: boolean;
  renamed: (id: string) => void;
  remove: () => void;
  /** fresh says that the label was added just now: its name is what comes next. */
  fresh: boolean;
  /** next adds one more label. */
  next: () => void;
}

/** LabelForm is one label: its names, its rule, what it may stand beside, its examples. */
export function LabelForm({ label, at, labels, draft, mayEdit, renamed, remove, fresh, next }: Props) {
  const w = useWords("label");
  const lang = useLang();
  const put = (path: Path, value: unknown) => draft.set(setAt(draft.doc(), ["labels", at, ...path], value));
  const nameOf = (id: string) => (id === "-" ? w("alone") : labelName(labels.find((l) => l.id === id), lang, id));
  const twice = labels.some((l, i) => i !== at && l.id === label.id);
  const idWrong = twice || !/^[\p{L}\p{N}_][\p{L}\p{N}_.:/-]*$/u.test(label.id);
  return (
    <div className={css["form"]} data-scroll>
      <Form layout="vertical" component="div">
        <div className={css["names"]}>
          <Form.Item label={w("l_zh")} extra={fresh && w("l_zh_help")}>
            <Input value={label.zh} readOnly={!mayEdit} aria-label={w("l_zh")} autoFocus={fresh} onFocus={(e) => fresh && e.target.select()} onPressEnter={(e) => !e.nativeEvent.isComposing && mayEdit && next()} onChange={(e) => put(["zh"], e.target.value)} />
          </Form.Item>
          <Form.Item label={w("l_en")}>
            <Input value={label.en} readOnly={!mayEdit} aria-label={w("l_en")} onChange={(e) => put(["en"], e.target.value)} />
          </Form.Item>
          <Form.Item label={w("l_id")} {...(idWrong ? { validateStatus: "error" as const, help: w("l_id_wrong") } : {})}>
            <Input className="mono" value={label.id} readOnly={!mayEdit} aria-label={w("l_id")} onChange={(e) => (put(["id"], e.target.value), renamed(e.target.value))} />
          </Form.Item>
        </div>
        <Form.Item label={w("l_rule")} extra={w("l_rule_help")}>
          <Input.TextArea className={css["ruleField"]!} autoSize={{ minRows: 3, maxRows: 10 }} value={label.rule} readOnly={!mayEdit} aria-label={w("l_rule")} onChange={(e) => put(["rule"], e.target.value)} />
        </Form.Item>
        <Form.Item label={w("l_only")} extra={w("l_only_help")}>
          <LabelSelect autoFocus={false} disabled={!mayEdit} words={w("l_only")} labels={[{ id: "-", zh: w("alone"), en: w("alone") }, ...labels.filter((l) => l !== label)]} nameOf={nameOf} multi value={label.only_with} onChange={(ids) => put(["only_with"], ids)} />
        </Form.Item>
      </Form>
      <div className={css["examplesHead"]}>
        <h2>{w("examples_of", { count: label.examples.length })}</h2>
        {mayEdit && (
          <Button size="small" icon={<Plus size={14} />} onClick={() => draft.set(addAt(draft.doc(), ["labels", at, "examples"], { text: "", labels: [label.id] }).source)}>
            {w("add_example")}
          </Button>
        )}
      </div>
      {label.examples.length === 0 && <p className={css["few"]}>{w("few_examples")}</p>}
      <ol className={css["examples"]}>
        {label.examples.map((e, n) => (
          <ExampleForm key={n} example={e} near={!e.labels.includes(label.id)} labels={labels} nameOf={nameOf} mayEdit={mayEdit} put={(field, value) => put(["examples", n, field], value)} remove={() => draft.set(removeAt(draft.doc(), ["labels", at, "examples"], n))} />
        ))}
      </ol>
      {mayEdit && (
        <Button type="text" danger size="small" onClick={remove}>
          {w("remove_label", { label: labelName(label, lang) })}
        </Button>
      )}
    </div>
  );
}
