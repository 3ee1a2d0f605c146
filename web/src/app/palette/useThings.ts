import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, ask, type Schemas } from "../../shared/api/client";
import { useMay } from "../../shared/api/useMe";
import { useOverview } from "../../shared/api/useOverview";
import { useRecentJobs } from "../../shared/api/useRecentJobs";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";

/** Thing is something in the product that the palette can open. */
export interface Thing {
  id: string;
  group: "entries" | "intents" | "rows" | "people" | "jobs";
  text: string;
  side: string;
  to: string;
  thread?: string;
}

const restMS = 120; // how long typing rests before rows are asked for
const leastCharacters = 2;

/** useThings are the entries, labels and jobs of a product, the people for those who may list them, and the rows of its data that contain the query. */
export function useThings(product: string | undefined, query: string): Thing[] {
  const w = useWords("shared");
  const lang = useLang();
  const path = { product: product! };
  const enabled = !!product;
  const entries = useQuery({
    queryKey: ["knowledge", product, "palette"],
    enabled,
    staleTime: 60_000,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/entries", { signal, params: { path, query: { limit: 500 } } })),
  });
  const guidelines = useQuery({
    queryKey: ["label", product, "palette"],
    enabled,
    staleTime: 60_000,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/guidelines", { signal, params: { path, query: { limit: 1 } } })),
  });
  const jobs = useRecentJobs();

  const people = useQuery({
    queryKey: ["accounts", "palette"],
    enabled: useMay("lead"),
    staleTime: 60_000,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/accounts", { signal, params: { query: { limit: 200 } } })),
  });
  const dataset = useOverview(product).data?.stages.find((s) => s.stage === "data")?.id;
  const [rested, setRested] = useState("");
  const text = query.replace(/^#\s*/, "");
  useEffect(() => {
    const timer = setTimeout(() => setRested(/^[>@]/.test(text) ? "" : text), restMS);
    return () => clearTimeout(timer);
  }, [text]);
  const rows = useQuery<Schemas["DatasetRowPage"]>({
    queryKey: ["data", product, "palette", rested],
    enabled: enabled && !!dataset && rested.length >= leastCharacters,
    placeholderData: (old) => old,
    queryFn: ({ signal }) =>
      ask(api.GET("/api/v1/products/{product}/datasets/{dataset}/versions/{version}/rows", { signal, params: { path: { product: product!, dataset: dataset!, version: "latest" }, query: { contains: rested, limit: 6 } } })),
  });

  const base = `/${product}`;
  return [
    ...(entries.data?.items ?? []).map((e) => ({ id: `entry.${e.id}`, group: "entries" as const, text: e.question, side: e.category ?? "", to: `${base}/knowledge/${e.id}` })),
    ...(guidelines.data?.items[0]?.guideline.labels ?? []).map((l) => ({ id: `intent.${l.id}`, group: "intents" as const, text: lang === "zh" ? l.zh : l.en || l.id, side: l.id, to: `${base}/label/guideline?label=${encodeURIComponent(l.id)}` })),
    ...(rested && text === rested ? (rows.data?.items ?? []) : []).map((r) => ({
      id: `row.${r.id}`,
      group: "rows" as const,
      text: r.values?.find((v) => v.includes(rested)) ?? r.id,
      side: r.id,
      to: `${base}/data?dataset=${dataset}&contains=${encodeURIComponent(rested)}&row=${r.id}`,
      thread: `${base}/thread/${r.id}`,
    })),
    ...(people.data?.items ?? []).map((a) => ({ id: `person.${a.id}`, group: "people" as const, text: a.name, side: w(`role_${a.role}`), to: `/people?account=${encodeURIComponent(a.id)}` })),
    ...jobs.map((j) => ({ id: `job.${j.id}`, group: "jobs" as const, text: w(`job_${j.kind.replace(".", "_")}`), side: w(`job_state_${j.state}`), to: "/jobs" })),
  ];
}
