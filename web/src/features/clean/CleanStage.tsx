import { Route, Routes } from "react-router";
import { RecipePage } from "./RecipePage";
import { RecipesPage } from "./RecipesPage";

/** CleanStage is the list of recipes and the bench of one. */
export function CleanStage() {
  return (
    <Routes>
      <Route index element={<RecipesPage />} />
      <Route path=":recipe" element={<RecipePage />} />
    </Routes>
  );
}
