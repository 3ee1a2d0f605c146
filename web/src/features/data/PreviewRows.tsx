import { Checkbox, Input, Select } from "antd";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import type { Previewed } from "./api";
import { FindingsList } from "./FindingsList";
import { choicesOf, roles, withRole, type ColumnChoice } from "./settings";
import css from "./data.module.css";

/** PreviewRows are the first rows as they would be imported, under the columns with what each is for. */
export function PreviewRows({ seen, choices, setChoices, busy }: { seen: Previewed; choices: ColumnChoice[]; setChoices: (next: ColumnChoice[]) => void; busy: boolean }) {
  const w = useWords("data");
  const lang = useLang();
  const guessed = choicesOf(seen);
  const set = (from: string, part: Partial<ColumnChoice>) => setChoices(choices.map((c) => (c.from === from ? { ...c, ...part } : c)));
  const why = (from: string) => seen.roles?.find((r) => r.column === from)?.why[lang === "zh" ? "zh" : "en"];
  return (
    <>
      <FindingsList report={seen.report} />
      <div className={css["previewBox"]} data-busy={busy} tabIndex={0} role="region" aria-label={w("first_rows")}>
        <table className={css["preview"]}>
          <thead>
            <tr>
              {choices.map((c) => (
                <th key={c.from} data-off={!c.keep}>
                  <div className={css["th"]}>
                    <Checkbox checked={c.keep} onChange={(e) => set(c.from, { keep: e.target.checked })} aria-label={w("keep_column", { name: c.from })} />
                    <Input size="small" variant="borderless" value={c.name} disabled={!c.keep} onChange={(e) => set(c.from, { name: e.target.value })} aria-label={w("name_column", { name: c.from })} />
                  </div>
                  <Select
                    size="small"
                    className={c.role && guessed.find((g) => g.from === c.from)?.role === c.role ? css["guess"]! : ""}
                    style={{ width: "100%" }}
                    value={c.role}
                    disabled={!c.keep}
                    title={why(c.from) ?? ""}
                    aria-label={w("role_of", { name: c.from })}
                    onChange={(role: ColumnChoice["role"]) => setChoices(withRole(choices, guessed, c.from, role))}
                    options={[{ value: "", label: w("column_plain") }, ...roles.map((value) => ({ value, label: w(`column_${value}`) }))]}
                  />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(seen.rows ?? []).slice(0, 12).map((r) => (
              <tr key={r.id}>
                {choices.map((c, i) => (
                  <td key={c.from} data-off={!c.keep}>{r.values?.[i]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
