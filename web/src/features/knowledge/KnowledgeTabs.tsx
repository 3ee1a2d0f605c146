import { Tabs } from "antd";
import { useLocation, useNavigate } from "react-router";
import { useProduct } from "../../shared/api/useProduct";
import { useWords } from "../../shared/words/useWords";

/** KnowledgeTabs are entries and tables. */
export function KnowledgeTabs() {
  const w = useWords("knowledge");
  const go = useNavigate();
  const product = useProduct();
  const at = useLocation().pathname.includes("/knowledge/tables") ? "tables" : "entries";
  return (
    <Tabs
      size="small"
      style={{ padding: "0 24px" }}
      tabBarStyle={{ margin: 0 }}
      activeKey={at}
      onChange={(k) => go(`/${product}/knowledge${k === "tables" ? "/tables" : ""}`)}
      items={[{ key: "entries", label: w("tab_entries") }, { key: "tables", label: w("tab_tables") }]}
    />
  );
}
