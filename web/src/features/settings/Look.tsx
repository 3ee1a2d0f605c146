import { Form, Segmented } from "antd";
import { setSettings, useSettings } from "../../shared/theme/settings";
import { setLang } from "../../shared/words/i18n";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";

/** Look is theme, density and language; kept on this browser. */
export function Look() {
  const w = useWords("settings");
  const { theme, density } = useSettings();
  const lang = useLang();
  return (
    <Form layout="vertical">
      <Form.Item label={w("theme")}>
        <Segmented aria-label={w("theme")} value={theme} onChange={(v) => setSettings({ theme: v })} options={(["light", "dark", "system"] as const).map((value) => ({ value, label: w(`theme_${value}`) }))} />
      </Form.Item>
      <Form.Item label={w("density")} extra={w("density_help")}>
        <Segmented aria-label={w("density")} value={density} onChange={(v) => setSettings({ density: v })} options={(["compact", "normal", "roomy"] as const).map((value) => ({ value, label: w(`density_${value}`) }))} />
      </Form.Item>
      <Form.Item label={w("lang")}>
        <Segmented aria-label={w("lang")} value={lang === "zh" ? "zh" : "en"} onChange={setLang} options={[{ value: "zh" as const, label: "中文" }, { value: "en" as const, label: "English" }]} />
      </Form.Item>
    </Form>
  );
}
