import { Route, Routes } from "react-router";
import { AsidePage } from "./AsidePage";
import { RecipePage } from "./RecipePage";
import { RecipesPage } from "./RecipesPage";

/** CleanStage is the list of recipes, the bench of one, and what its runs set aside. */
export function CleanStage() {
  return (
    <Routes>
      <Route index element={<RecipesPage />} />
      <Route path=":recipe" element={<RecipePage />} />
      <Route path=":recipe/aside" element={<AsidePage />} />
    </Routes>
  );
}
