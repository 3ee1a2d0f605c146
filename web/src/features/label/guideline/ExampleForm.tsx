import { Button, Input } from "antd";
import { X } from "lucide-react";
import { Chip } from "../../../shared/page/Chip";
import { useWords } from "../../../shared/words/useWords";
import { LabelSelect } from "../LabelSelect";
import type { FormExample, FormLabel } from "./document";
import css from "./guideline.module.css";

interface Props {
  example: FormExample;
  near: boolean;
  labels: FormLabel[];
  nameOf: (id: string) => string;
  mayEdit: boolean;
  put: (field: keyof FormExample, value: unknown) => void;
  remove: () => void;
}

/** ExampleForm is a sentence with its right answer: people and models are tested on it. */
export function ExampleForm({ example, near, labels, nameOf, mayEdit, put, remove }: Props) {
  const w = useWords("label");
  return (
    <li className={css["example"]}>
      <Chip tone={near ? "cinnabar" : "jade"}>{near ? w("examples_no") : w("examples_yes")}</Chip>
      <div className={css["exampleFields"]}>
        {(example.context.length > 0 || mayEdit) && (
          <Input.TextArea size="small" variant="borderless" autoSize value={example.context.join("\n")} readOnly={!mayEdit} placeholder={w("e_context")} aria-label={w("e_context")} onChange={(e) => put("context", e.target.value === "" ? [] : e.target.value.split("\n"))} />
        )}
        <Input.TextArea autoSize value={example.text} readOnly={!mayEdit} status={example.text.trim() ? "" : "error"} placeholder={w("e_text")} aria-label={w("e_text")} onChange={(e) => put("text", e.target.value)} />
        <div className={css["exampleFoot"]}>
          <LabelSelect autoFocus={false} disabled={!mayEdit} words={w("e_labels")} labels={labels} nameOf={nameOf} multi value={example.labels} onChange={(ids) => put("labels", ids)} />
          <Input value={example.note} readOnly={!mayEdit} placeholder={w("e_note")} aria-label={w("e_note")} onChange={(e) => put("note", e.target.value)} />
        </div>
      </div>
      {mayEdit && <Button type="text" size="small" icon={<X size={14} />} aria-label={w("remove_example")} onClick={remove} />}
    </li>
  );
}
