import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, ask, type Schemas } from "../api/client";
import { Section } from "../page/Section";
import { useWords } from "../words/useWords";
import css from "./lineage.module.css";

type Step = Schemas["TrackStep"];
type Kind = "model" | "logged_run";

/** shownKinds are the things worth a line; rows, turns and fixes have pages of their own and are many. */
const shownKinds = ["version", "recipe_run", "guideline", "model", "knowledge", "flow", "report", "release", "logged_run", "logged_model", "registered", "outside_data"];

/** pathOf is the page of a thing, undefined where it has none. */
function pathOf(product: string, s: Step): string | undefined {
  if (s.kind === "model" && s.name) return `/${product}/model/${s.name}`;
  if (s.kind === "release") return `/${product}/release`;
  if (s.kind === "logged_run" && s.name) return `/${product}/tune/runs/${s.id}`;
  if (s.kind === "registered") return `/${product}/tune/registry/${encodeURIComponent(s.id.slice(0, s.id.lastIndexOf("/")))}`;
  return undefined;
}

/** nameOf is what a thing is called: by its name, by its id where people can read that. */
function nameOf(s: Step): string {
  if (s.name) return s.name;
  return s.kind === "registered" || s.kind === "outside_data" ? s.id : s.id.replace(/^sha256:/, "").slice(0, 8);
}

/** Lineage lists what a thing was made of and what was made of it; nothing where there is neither. */
export function Lineage({ product, kind, id }: { product: string; kind: Kind; id: string }) {
  const w = useWords("shared");
  const lineage = useQuery({ queryKey: ["lineage", product, kind, id], queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/lineage", { signal, params: { path: { product }, query: { kind, id } } })) });
  const sides = [
    { words: w("made_of"), steps: lineage.data?.below ?? [] },
    { words: w("made_into"), steps: lineage.data?.above ?? [] },
  ].map((s) => ({ ...s, steps: s.steps.filter((step) => shownKinds.includes(step.kind)) }));
  if (sides.every((s) => s.steps.length === 0)) return null;
  return (
    <Section title={w("lineage")} note={lineage.data?.cut ? w("lineage_cut") : undefined}>
      {sides.map(
        (side) =>
          side.steps.length > 0 && (
            <div key={side.words} className={css["side"]}>
              <h3>{side.words}</h3>
              <ul>
                {side.steps.map((s) => {
                  const to = pathOf(product, s);
                  return (
                    <li key={`${s.kind} ${s.id}`}>
                      <small>{w(`thing_${s.kind}`)}</small> {to ? <Link to={to}>{nameOf(s)}</Link> : <span title={s.id}>{nameOf(s)}</span>}
                    </li>
                  );
                })}
              </ul>
            </div>
          ),
      )}
    </Section>
  );
}
