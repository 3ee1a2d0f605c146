import { Tabs } from "antd";
import { useLocation, useNavigate } from "react-router";
import { useProduct } from "../../shared/api/useProduct";
import { useWords } from "../../shared/words/useWords";
import css from "./evaluate.module.css";

/** EvaluateTabs leads between reports, batch tests, suite and gate. */
export function EvaluateTabs() {
  const w = useWords("evaluate");
  const go = useNavigate();
  const product = useProduct();
  const { pathname } = useLocation();
  const tabs = ["", "batch", "rules/suite", "rules/gate"];
  const words = [w("tab_reports"), w("tab_batch"), w("tab_suite"), w("tab_gate")];
  const rest = pathname.split("/evaluate/")[1] ?? "";
  const at = tabs.find((t) => t && rest.startsWith(t)) ?? "";
  return <Tabs className={css["tabs"]!} activeKey={at} onChange={(t) => void go(`/${product}/evaluate${t ? `/${t}` : ""}`)} items={tabs.map((key, i) => ({ key, label: words[i] }))} />;
}
