import { Tabs } from "antd";
import { Route, Routes, useLocation, useNavigate } from "react-router";
import { Page } from "../../shared/page/Page";
import { useWords } from "../../shared/words/useWords";
import { Keys } from "./Keys";
import { Look } from "./Look";
import { Sessions } from "./Sessions";
import { Tokens } from "./Tokens";
import css from "./settings.module.css";

/** SettingsStage is how this browser shows things to this person, the keys, the tokens of programs, and where one is signed in. */
export function SettingsStage() {
  const w = useWords("settings");
  const go = useNavigate();
  const tab = useLocation().pathname.split("/")[2] ?? "";
  return (
    <Page title={w("title")} bar={<Tabs className={css["tabs"]!} activeKey={tab} onChange={(key) => void go(`/settings${key ? `/${key}` : ""}`)} items={["", "keys", "tokens", "sessions"].map((key) => ({ key, label: w(`tab_${key || "look"}`) }))} />}>
      <Routes>
        <Route index element={<Look />} />
        <Route path="keys" element={<Keys />} />
        <Route path="tokens" element={<Tokens />} />
        <Route path="sessions" element={<Sessions />} />
      </Routes>
    </Page>
  );
}
