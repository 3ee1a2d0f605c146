import { Route, Routes } from "react-router";
import { ReleasesPage } from "./ReleasesPage";
import { TurnsPage } from "./TurnsPage";

/** ReleaseStage is what is live, and what is said to it. */
export function ReleaseStage() {
  return (
    <Routes>
      <Route index element={<ReleasesPage />} />
      <Route path="turns" element={<TurnsPage />} />
    </Routes>
  );
}
