import { useQuery } from "@tanstack/react-query";
import { Navigate } from "react-router";
import { api, ask } from "../../shared/api/client";
import { useProduct } from "../../shared/api/useProduct";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import { useWords } from "../../shared/words/useWords";

/** StartPage leads to the desk of the newest open queue, or to its quality; to the list when there is none. */
export function StartPage({ quality = false }: { quality?: boolean }) {
  const w = useWords("label");
  const product = useProduct();
  const queues = useQuery({ queryKey: ["label", product, "start"], queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/queues", { signal, params: { path: { product }, query: { limit: 200 } } })) });
  return (
    <Page title={w("title")}>
      <Faces of={queues} isEmpty={() => false}>
        {({ items }) => {
          const newest = (all: typeof items) => all.reduce<(typeof items)[number] | undefined>((best, q) => (!best || q.created_us > best.created_us ? q : best), undefined);
          const queue = newest(items.filter((q) => q.state === "open")) ?? (quality ? newest(items) : undefined);
          return <Navigate replace to={queue ? `/${product}/label/queues/${queue.id}${quality ? "/quality" : ""}` : `/${product}/label`} />;
        }}
      </Faces>
    </Page>
  );
}
