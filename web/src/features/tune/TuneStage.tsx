import { lazy } from "react";
import { Route, Routes } from "react-router";
import { StudiesPage } from "./StudiesPage";

const StudyPage = lazy(async () => ({ default: (await import("./StudyPage")).StudyPage }));
const RunsPage = lazy(async () => ({ default: (await import("./track/RunsPage")).RunsPage }));
const RunPage = lazy(async () => ({ default: (await import("./track/RunPage")).RunPage }));
const ComparePage = lazy(async () => ({ default: (await import("./track/ComparePage")).ComparePage }));
const TracesPage = lazy(async () => ({ default: (await import("./track/TracesPage")).TracesPage }));
const TracePage = lazy(async () => ({ default: (await import("./track/TracePage")).TracePage }));
const RegistryPage = lazy(async () => ({ default: (await import("./track/RegistryPage")).RegistryPage }));
const RegisteredPage = lazy(async () => ({ default: (await import("./track/RegisteredPage")).RegisteredPage }));

/** TuneStage is the studies of a product and one of them, and what programs outside logged: runs, runs side by side, traces, registered models. */
export function TuneStage() {
  return (
    <Routes>
      <Route index element={<StudiesPage />} />
      <Route path="runs" element={<RunsPage />} />
      <Route path="runs/compare" element={<ComparePage />} />
      <Route path="runs/:run" element={<RunPage />} />
      <Route path="traces" element={<TracesPage />} />
      <Route path="traces/:trace" element={<TracePage />} />
      <Route path="registry" element={<RegistryPage />} />
      <Route path="registry/:model" element={<RegisteredPage />} />
      <Route path=":study" element={<StudyPage />} />
    </Routes>
  );
}
