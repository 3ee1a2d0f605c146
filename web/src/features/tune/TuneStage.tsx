import { lazy } from "react";
import { Route, Routes } from "react-router";
import { StudiesPage } from "./StudiesPage";

const StudyPage = lazy(async () => ({ default: (await import("./StudyPage")).StudyPage }));

/** TuneStage is the studies of a product and one of them. */
export function TuneStage() {
  return (
    <Routes>
      <Route index element={<StudiesPage />} />
      <Route path=":study" element={<StudyPage />} />
    </Routes>
  );
}
