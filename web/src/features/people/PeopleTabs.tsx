import { Tabs } from "antd";
import { useLocation, useNavigate } from "react-router";
import { useWords } from "../../shared/words/useWords";
import css from "./people.module.css";

/** PeopleTabs are an owner's two pages about people. */
export function PeopleTabs() {
  const w = useWords("people");
  const go = useNavigate();
  const tab = useLocation().pathname.split("/")[2] ?? "";
  return <Tabs className={css["tabs"]!} activeKey={tab} onChange={(key) => void go(`/people${key ? `/${key}` : ""}`)} items={["", "audit"].map((key) => ({ key, label: w(`tab_${key || "accounts"}`) }))} />;
}
