import { Input, InputNumber, Select, Switch } from "antd";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import type { Param, Spec } from "./api";
import css from "./clean.module.css";

/** ParamsForm is made of what the operator tells about its parameters; a value equal to the default is not written down. */
export function ParamsForm({ spec, values, columns, may, set }: { spec: Spec; values: Record<string, unknown>; columns: string[]; may: boolean; set: (name: string, value: unknown) => void }) {
  const w = useWords("clean");
  const zh = useLang() === "zh";
  const params = spec.params ?? [];
  if (params.length === 0) return <p className={css["note"]}>{w("no_params")}</p>;
  const put = (p: Param, value: unknown) => set(p.name, value === null || value === "" || JSON.stringify(value) === JSON.stringify(p.default ?? (p.kind === "strings" ? [] : undefined)) ? undefined : value);
  return (
    <div className={css["params"]}>
      {params.map((p) => {
        const value = values[p.name] ?? p.default;
        const label = zh ? p.title.zh : p.title.en;
        const ofColumns = p.name === "columns" || p.name.endsWith("column");
        const shared = { disabled: !may, "aria-label": label, size: "small" as const };
        return (
          <label key={`${p.name}${JSON.stringify(value)}`} data-kind={p.kind}>
            <span title={zh ? p.help.zh : p.help.en}>{label}{p.unit ? ` (${p.unit})` : ""}</span>
            {p.kind === "bool" && <Switch {...shared} checked={value === true} onChange={(on) => put(p, on)} />}
            {(p.kind === "int" || p.kind === "float") && <InputNumber {...shared} defaultValue={value as number} {...(p.max > p.min ? { min: p.min, max: p.max } : {})} {...(p.kind === "int" ? { precision: 0 } : { step: 0.01 })} changeOnWheel={false} onBlur={(e) => e.target.value !== "" && put(p, Number(e.target.value.replace(/,/g, "")))} onPressEnter={(e) => e.currentTarget.blur()} style={{ width: "100%" }} />}
            {p.kind === "choice" && <Select {...shared} value={value as string} onChange={(x: string) => put(p, x)} options={(p.choices ?? []).map((c) => ({ value: c, label: c }))} />}
            {p.kind === "strings" && <Select {...shared} mode={p.choices?.length ? "multiple" : "tags"} value={(value as string[] | null) ?? []} placeholder={zh ? p.help.zh : p.help.en} onChange={(x: string[]) => put(p, x)} options={(p.choices?.length ? p.choices : ofColumns ? columns : []).map((c) => ({ value: c, label: c }))} />}
            {p.kind === "string" && (ofColumns ? <Select {...shared} allowClear value={(value as string) || null} placeholder={zh ? p.help.zh : p.help.en} onChange={(x?: string) => put(p, x ?? "")} options={columns.map((c) => ({ value: c, label: c }))} /> : <Input {...shared} defaultValue={value as string} onBlur={(e) => put(p, e.target.value)} onPressEnter={(e) => e.currentTarget.blur()} />)}
          </label>
        );
      })}
    </div>
  );
}
