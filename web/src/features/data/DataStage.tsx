import { lazy, Suspense } from "react";
import { Route, Routes } from "react-router";
import { Bones } from "../../shared/page/Bones";
import { DatasetsPage } from "./DatasetsPage";
import { VersionPage } from "./VersionPage";
import { VersionsPage } from "./VersionsPage";

const ComparePage = lazy(() => import("./ComparePage").then((m) => ({ default: m.ComparePage })));

/** DataStage is the list of datasets, the page of one, its versions, and how two of them differ. */
export function DataStage() {
  return (
    <Routes>
      <Route index element={<DatasetsPage />} />
      <Route path=":dataset" element={<VersionPage />} />
      <Route path=":dataset/versions" element={<VersionsPage />} />
      <Route path=":dataset/compare" element={<Suspense fallback={<Bones />}><ComparePage /></Suspense>} />
    </Routes>
  );
}
