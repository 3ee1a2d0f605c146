import { lazy } from "react";
import { Route, Routes } from "react-router";
import { FlowsPage } from "./FlowsPage";

const FlowPage = lazy(async () => ({ default: (await import("./FlowPage")).FlowPage }));

/** FlowStage is the flows of a product, and the designer of one. */
export function FlowStage() {
  return (
    <Routes>
      <Route index element={<FlowsPage />} />
      <Route path=":flow" element={<FlowPage />} />
    </Routes>
  );
}
