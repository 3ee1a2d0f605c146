import { Select } from "antd";
import { useEffect, useState } from "react";
import { loadPinyin, matchText, type Matcher } from "../../shared/text/pinyin";
import { useWords } from "../../shared/words/useWords";
import type { Label } from "./api";

interface Props {
  labels: readonly Pick<Label, "id" | "zh" | "en">[];
  nameOf: (id: string) => string;
  multi: boolean;
  value: string[];
  onChange: (labels: string[]) => void;
  autoFocus?: boolean;
  disabled?: boolean;
  /** words are its name for those who do not see it. */
  words?: string;
}

/** LabelSelect chooses labels by characters, pinyin, initials or id. */
export function LabelSelect({ labels, nameOf, multi, value, onChange, autoFocus = true, disabled = false, words }: Props) {
  const w = useWords("label");
  const [match, setMatch] = useState<{ by: Matcher }>({ by: matchText });
  useEffect(() => void loadPinyin().then((by) => setMatch({ by })), []);
  return (
    <Select
      autoFocus={autoFocus}
      disabled={disabled}
      mode="multiple"
      {...(multi ? {} : { maxCount: 1 })}
      style={{ width: "100%" }}
      value={value}
      onChange={onChange}
      aria-label={words ?? w("labels")}
      placeholder={w("find_placeholder")}
      options={labels.map((l) => ({ value: l.id, label: nameOf(l.id), zh: l.zh }))}
      showSearch={{ filterOption: (query, option) => !!option && [option.label, option.zh, option.value].some((text) => match.by(text, query.trim())) }}
    />
  );
}
