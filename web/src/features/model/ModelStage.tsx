import { lazy } from "react";
import { Route, Routes } from "react-router";
import { ModelsPage } from "./ModelsPage";

const ModelPage = lazy(async () => ({ default: (await import("./ModelPage")).ModelPage }));
const RowsPage = lazy(async () => ({ default: (await import("./RowsPage")).RowsPage }));
const ThresholdsPage = lazy(async () => ({ default: (await import("./ThresholdsPage")).ThresholdsPage }));
const ComparePage = lazy(async () => ({ default: (await import("./ComparePage")).ComparePage }));

/** ModelStage is learning: the models, one model, its rows, its thresholds, two models side by side. */
export function ModelStage() {
  return (
    <Routes>
      <Route index element={<ModelsPage />} />
      <Route path=":model" element={<ModelPage />} />
      <Route path=":model/rows" element={<RowsPage />} />
      <Route path=":model/thresholds" element={<ThresholdsPage />} />
      <Route path=":model/compare" element={<ComparePage />} />
    </Routes>
  );
}
