import { Button } from "antd";
import { setLang } from "../shared/words/i18n";
import { useLang } from "../shared/words/useLang";

/** LangSwitch turns 中文 and English. */
export function LangSwitch() {
  const lang = useLang();
  return (
    <Button type="text" lang={lang === "zh" ? "en" : "zh-CN"} onClick={() => setLang(lang === "zh" ? "en" : "zh")}>
      {lang === "zh" ? "English" : "中文"}
    </Button>
  );
}
