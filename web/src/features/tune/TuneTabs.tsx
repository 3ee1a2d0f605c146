import { Tabs } from "antd";
import { useLocation, useNavigate } from "react-router";
import { useProduct } from "../../shared/api/useProduct";
import { useWords } from "../../shared/words/useWords";
import css from "./tune.module.css";

/** TuneTabs leads between studies, logged runs, traces and the registry. */
export function TuneTabs() {
  const w = useWords("tune");
  const go = useNavigate();
  const product = useProduct();
  const at = useLocation().pathname.split("/")[3] ?? "";
  const tabs = ["", "runs", "traces", "registry"];
  return <Tabs className={css["tabs"]!} activeKey={tabs.includes(at) ? at : ""} onChange={(key) => void go(`/${product}/tune${key && `/${key}`}`)} items={tabs.map((key) => ({ key, label: w(`tab_${key || "studies"}`) }))} />;
}
