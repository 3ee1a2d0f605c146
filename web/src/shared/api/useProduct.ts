import { useParams } from "react-router";

/** useProduct is the id of the product that the address names. Use it below /:product only. */
export function useProduct(): string {
  const { product } = useParams();
  if (!product) throw new Error("this page has no product in its address");
  return product;
}
