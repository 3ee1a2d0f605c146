import { useParams } from "react-router";
import { useProduct } from "../../shared/api/useProduct";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import { useWords } from "../../shared/words/useWords";
import { useRecipe } from "./api";
import { Bench } from "./Bench";

/** RecipePage reads a recipe and sets it on the bench. */
export function RecipePage() {
  const w = useWords("clean");
  const product = useProduct();
  const { recipe = "" } = useParams();
  const saved = useRecipe(product, recipe);
  if (saved.data) return <Bench key={saved.data.id} saved={saved.data} />;
  return (
    <Page title={w("title")}>
      <Faces of={saved}>{() => null}</Faces>
    </Page>
  );
}
