import { Route, Routes } from "react-router";
import { DatasetsPage } from "./DatasetsPage";
import { VersionPage } from "./VersionPage";

/** DataStage is the list of datasets and the page of one. */
export function DataStage() {
  return (
    <Routes>
      <Route index element={<DatasetsPage />} />
      <Route path=":dataset" element={<VersionPage />} />
    </Routes>
  );
}
