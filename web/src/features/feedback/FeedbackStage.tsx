import { Route, Routes } from "react-router";
import { FixesPage } from "./FixesPage";
import { InboxPage } from "./InboxPage";

/** FeedbackStage is the inbox and what was corrected. */
export function FeedbackStage() {
  return (
    <Routes>
      <Route index element={<InboxPage />} />
      <Route path="fixes" element={<FixesPage />} />
    </Routes>
  );
}
