import { Tabs } from "antd";
import { useLocation, useNavigate } from "react-router";
import { useProduct } from "../../shared/api/useProduct";
import { useWords } from "../../shared/words/useWords";
import css from "./label.module.css";

/** LabelTabs leads between queues, guideline and gold. */
export function LabelTabs() {
  const w = useWords("label");
  const go = useNavigate();
  const product = useProduct();
  const at = useLocation().pathname.split("/")[3] ?? "";
  const tabs = ["", "guideline", "gold"];
  return <Tabs className={css["tabs"]!} activeKey={at === "adopt" ? "gold" : tabs.includes(at) ? at : ""} onChange={(key) => go(`/${product}/label${key && `/${key}`}`)} items={tabs.map((key) => ({ key, label: w(`tab_${key || "queues"}`) }))} />;
}
