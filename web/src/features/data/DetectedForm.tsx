import { Form, Select } from "antd";
import { useFormat } from "../../shared/format/useFormat";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import { useFormats, type Detected, type Settings } from "./api";
import css from "./data.module.css";

const known: Record<string, string[]> = {
  encoding: ["utf-8", "gb18030", "big5", "utf-16le", "utf-16be"],
  delimiter: [",", "\t", ";", "|"],
  header: ["yes", "no"],
};
const whats = ["format", "encoding", "delimiter", "header"] as const;

/** DetectedForm shows each guess about the file with why and how sure, as a choice. */
export function DetectedForm({ detected, settings, change, busy }: { detected: Detected[]; settings: Settings; change: (part: Settings) => void; busy: boolean }) {
  const w = useWords("data");
  const f = useFormat();
  const lang = useLang();
  const formats = useFormats();
  const show = (what: string, value: string) => (what === "delimiter" ? (value === "\t" ? w("tab") : value) : what === "header" ? (value === "yes" ? w("header_yes") : w("header_no")) : what === "format" ? (formats.data?.items.find((x) => x.id === value)?.[lang === "zh" ? "title_zh" : "title_en"] ?? value) : value.toUpperCase());
  const parts = whats.flatMap((what) => {
    const guess = detected.find((d) => d.what === what);
    return guess ? [{ what, guess }] : [];
  });
  return (
    <div className={css["guesses"]}>
      {parts.map(({ what, guess }) => {
        const values = [...new Set([settings[what] || guess.value, guess.value, ...(guess.alternatives ?? []), ...(known[what] ?? []), ...(what === "format" ? (formats.data?.items ?? []).map((x) => x.id) : [])])];
        const set = !!settings[what];
        return (
          <Form.Item key={what} label={w(`what_${what}`)} extra={set ? w("set_by_you") : <span title={lang === "zh" ? guess.why.zh : guess.why.en}>{w("sure", { share: f.percent(guess.confidence) })} · {lang === "zh" ? guess.why.zh : guess.why.en}</span>}>
            <Select
              aria-label={w(`what_${what}`)}
              className={set ? "" : css["guess"]!}
              value={settings[what] || guess.value}
              disabled={busy}
              onChange={(value: string) => change(what === "header" ? { header: value as "yes" | "no" } : { [what]: value })}
              options={values.map((value) => ({ value, label: show(what, value) }))}
            />
          </Form.Item>
        );
      })}
    </div>
  );
}
