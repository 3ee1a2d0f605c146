import { Route, Routes } from "react-router";
import { AccountsPage } from "./AccountsPage";
import { AuditPage } from "./AuditPage";

/** PeopleStage is who may work here, and what was done by whom. */
export function PeopleStage() {
  return (
    <Routes>
      <Route index element={<AccountsPage />} />
      <Route path="audit" element={<AuditPage />} />
    </Routes>
  );
}
