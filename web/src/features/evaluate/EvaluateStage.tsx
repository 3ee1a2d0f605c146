import { lazy } from "react";
import { Route, Routes } from "react-router";
import { LatestReport } from "./LatestReport";
import { ReportsPage } from "./ReportsPage";

const ReportPage = lazy(async () => ({ default: (await import("./ReportPage")).ReportPage }));
const ChecksPage = lazy(async () => ({ default: (await import("./ChecksPage")).ChecksPage }));
const RulesPage = lazy(async () => ({ default: (await import("./RulesPage")).RulesPage }));
const BatchesPage = lazy(async () => ({ default: (await import("./BatchesPage")).BatchesPage }));
const BatchPage = lazy(async () => ({ default: (await import("./BatchPage")).BatchPage }));

/** EvaluateStage is judging: reports, one report, its checks, the suite and the gate, batch tests. */
export function EvaluateStage() {
  return (
    <Routes>
      <Route index element={<ReportsPage />} />
      <Route path="rules/:kind" element={<RulesPage />} />
      <Route path="batch" element={<BatchesPage />} />
      <Route path="batch/:batch" element={<BatchPage />} />
      <Route path="latest" element={<LatestReport />} />
      <Route path=":report" element={<ReportPage />} />
      <Route path=":report/checks" element={<ChecksPage />} />
    </Routes>
  );
}
