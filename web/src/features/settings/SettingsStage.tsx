import { Form, Segmented } from "antd";
import { Page } from "../../shared/page/Page";
import { setSettings, useSettings } from "../../shared/theme/settings";
import { setLang } from "../../shared/words/i18n";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";

/** SettingsStage is how this browser shows things to this person. */
export function SettingsStage() {
  const w = useWords("settings");
  const { theme, density } = useSettings();
  const lang = useLang();
  return (
    <Page title={w("title")}>
      <Form layout="vertical">
        <Form.Item label={w("theme")}>
          <Segmented value={theme} onChange={(v) => setSettings({ theme: v })} options={(["light", "dark", "system"] as const).map((value) => ({ value, label: w(`theme_${value}`) }))} />
        </Form.Item>
        <Form.Item label={w("density")}>
          <Segmented value={density} onChange={(v) => setSettings({ density: v })} options={(["compact", "normal", "roomy"] as const).map((value) => ({ value, label: w(`density_${value}`) }))} />
        </Form.Item>
        <Form.Item label={w("lang")}>
          <Segmented value={lang === "zh" ? "zh" : "en"} onChange={setLang} options={[{ value: "zh" as const, label: "中文" }, { value: "en" as const, label: "English" }]} />
        </Form.Item>
      </Form>
    </Page>
  );
}
