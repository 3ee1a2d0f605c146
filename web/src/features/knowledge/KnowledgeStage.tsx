import { Route, Routes } from "react-router";
import { EntriesPage } from "./EntriesPage";
import { TablePage } from "./TablePage";
import { TablesPage } from "./TablesPage";

/** KnowledgeStage is what the product knows: entries, and tables of entities. */
export function KnowledgeStage() {
  return (
    <Routes>
      <Route index element={<EntriesPage />} />
      <Route path=":entry" element={<EntriesPage />} />
      <Route path="tables" element={<TablesPage />} />
      <Route path="tables/:table" element={<TablePage />} />
    </Routes>
  );
}
