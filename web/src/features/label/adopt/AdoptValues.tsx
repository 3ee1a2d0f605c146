import { Select } from "antd";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { useFormat } from "../../../shared/format/useFormat";
import { Chip } from "../../../shared/page/Chip";
import type { Column } from "../../../shared/table/columns";
import { DataTable } from "../../../shared/table/DataTable";
import { loadPinyin, matchText, type Matcher } from "../../../shared/text/pinyin";
import { useWords } from "../../../shared/words/useWords";
import type { Label } from "../api";
import { asNew, chosenOf, leaveOut, type AdoptValue, type Choice } from "./adoptChoice";
import css from "./adopt.module.css";

interface Props {
  values: AdoptValue[];
  labels: readonly Label[];
  nameOf: (id: string) => string;
  rowsOf: (value: string) => string | undefined;
  disabled: boolean;
  choices: Choice[];
  choose: (value: string, chosen: string) => void;
}

/** AdoptValues is what stands in the column, and what each value is taken for; a value that is no label is for the person to decide. */
export function AdoptValues({ values, labels, nameOf, rowsOf, disabled, choices, choose }: Props) {
  const w = useWords("label");
  const f = useFormat();
  const [match, setMatch] = useState<{ by: Matcher }>({ by: matchText });
  useEffect(() => void loadPinyin().then((by) => setMatch({ by })), []);
  const decided = (v: AdoptValue) => choices.some((c) => c.value === v.value);
  const words = (v: AdoptValue) => (v.new ? w("adopt_new") : v.label ? nameOf(v.label) : w("adopt_leave"));
  const columns: Column<AdoptValue>[] = [
    { key: "value", title: w("adopt_value"), cell: (v) => v.value, plain: (v) => v.value },
    { key: "rows", title: w("adopt_count"), width: 90, align: "right", plain: (v) => v.row_count, cell: (v) => <Link data-grouped to={rowsOf(v.value) ?? ""} onClick={(e) => e.stopPropagation()}>{f.count(v.row_count)}</Link> },
    {
      key: "label", title: w("adopt_as"), width: 280, plain: words,
      cell: (v) =>
        v.known && !decided(v) ? (
          <Chip tone="jade">{nameOf(v.label ?? "")}</Chip>
        ) : (
          <Select
            size="small"
            className={css["choice"]!}
            disabled={disabled}
            aria-label={w("adopt_as_of", { value: v.value })}
            value={chosenOf(v)}
            onChange={(chosen: string) => choose(v.value, chosen)}
            options={[{ value: asNew, label: w("adopt_new"), zh: "" }, { value: leaveOut, label: w("adopt_leave"), zh: "" }, ...labels.filter((l) => !(v.new && l.id === v.label)).map((l) => ({ value: l.id, label: nameOf(l.id), zh: l.zh }))]}
            showSearch={{ filterOption: (query, option) => !!option && [option.label, option.zh, option.value].some((text) => match.by(text ?? "", query.trim())) }}
          />
        ),
    },
    { key: "why", title: w("adopt_why"), width: 190, plain: (v) => why(v), cell: (v) => (v.suggest && v.label === v.suggest && !decided(v) ? <Chip guess>{why(v)}</Chip> : <span className={css["why"]}>{why(v)}</span>) },
  ];
  function why(v: AdoptValue): string {
    if (decided(v)) return w("adopt_why_you");
    if (v.known) return w("adopt_why_known");
    if (v.suggest && v.label === v.suggest) return w("adopt_why_alike");
    return v.new ? w("adopt_why_first") : w("adopt_why_unknown");
  }
  return <DataTable id="label.adopt" label={w("adopt_values")} columns={columns} rows={values} rowKey={(v) => v.value} total={values.length} exportName={w("adopt_values")} />;
}
