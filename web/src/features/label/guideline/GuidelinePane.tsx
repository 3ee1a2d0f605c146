import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { api, ask, type Schemas } from "../../../shared/api/client";
import { asFault } from "../../../shared/api/fault";
import { useFormat } from "../../../shared/format/useFormat";
import { Chip } from "../../../shared/page/Chip";
import { FaultBand } from "../../../shared/page/FaultBand";
import { ReadFault } from "../../../shared/page/ReadFault";
import { Pane } from "../../../shared/page/Pane";
import { useWords } from "../../../shared/words/useWords";
import { usePeopleNames } from "../../../shared/api/usePeopleNames";
import type { Saved } from "../api";
import { useLabelName } from "../useLabelName";
import { CheckDrawer } from "./CheckDrawer";
import { TouchedDrawer } from "./TouchedDrawer";
import type { Draft } from "./useDraft";
import css from "./guideline.module.css";

const restMS = 700;

/** GuidelinePane is what a change would touch, how people and models stand to the examples, and the versions. */
export function GuidelinePane({ product, saved, draft, mayEdit, onLabel }: { product: string; saved: Saved; draft: Draft; mayEdit: boolean; onLabel: (id: string) => void }) {
  const w = useWords("label");
  const f = useFormat();
  const client = useQueryClient();
  const personName = usePeopleNames();
  const nameOf = useLabelName(saved);
  const [asked, setAsked] = useState<string>();
  const [shown, setShown] = useState<Schemas["LabelChecked"]>();
  const [touched, setTouched] = useState<Saved>();
  useEffect(() => {
    if (!draft.dirty || !mayEdit) return setAsked(undefined);
    const timer = setTimeout(() => setAsked(draft.source), restMS);
    return () => clearTimeout(timer);
  }, [draft.source, draft.dirty, mayEdit]);
  const preview = useQuery({
    queryKey: ["label", product, "preview", asked],
    enabled: asked !== undefined && !draft.problem,
    retry: false,
    gcTime: 30_000,
    queryFn: ({ signal }) => ask(api.POST("/api/v1/products/{product}/guideline-previews", { signal, params: { path: { product } }, body: { source: asked! } })),
  });
  const versions = useQuery({
    queryKey: ["label", product, "guidelines"],
    queryFn: async ({ signal }) => (await ask(api.GET("/api/v1/products/{product}/guidelines", { signal, params: { path: { product }, query: { limit: 100 } } }))).items,
  });
  const checks = useQuery({
    queryKey: ["label", product, "checks", saved.version],
    enabled: saved.version > 0,
    queryFn: async ({ signal }) => (await ask(api.GET("/api/v1/products/{product}/guidelines/{version}/checks", { signal, params: { path: { product, version: `v${saved.version}` } } }))).items,
  });
  const model = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/products/{product}/guidelines/{version}/model-checks", { params: { path: { product, version: `v${saved.version}` } } })),
    onSuccess: (c) => (setShown(c), client.invalidateQueries({ queryKey: ["label", product, "checks"] })),
  });
  const p = preview.data;
  return (
    <Pane title={w("tab_guideline")}>
      {draft.dirty && mayEdit && (
        <section className={css["paneSection"]}>
          <h3>{w("would_touch")}</h3>
          {preview.error && !draft.problem && <FaultBand fault={asFault(preview.error)} />}
          {draft.problem && <p className={css["note"]}>{w("mend_first", { line: draft.problem.line })}</p>}
          {p && !draft.problem && (
            <>
              <p>
                <Button type="link" size="small" className={css["touched"]!} disabled={!p.touched_count} onClick={() => setTouched(p)}>
                  <b>{f.count(p.touched_count)}</b> {w("past_labels")}
                </Button>
              </p>
              <p className={css["chips"]}>{p.changed?.length ? p.changed.map((id) => <button key={id} type="button" onClick={() => onLabel(id)}><Chip tone="gamboge">{nameOf(id)}</Chip></button>) : w("no_meaning_changed")}</p>
            </>
          )}
          {!p && !preview.error && !draft.problem && <p className={css["note"]}>{w("reckoning")}</p>}
        </section>
      )}
      {saved.version > 0 && (
        <section className={css["paneSection"]}>
          <h3>
            {w("checks")} <span>{w("checks_note")}</span>
          </h3>
          {model.error && <FaultBand fault={asFault(model.error)} retry={() => model.mutate()} />}
          <ul className={css["checks"]}>
            {checks.data?.map((c) => (
              <li key={c.id}>
                <button type="button" onClick={() => setShown(c)}>
                  <span>{c.is_model ? w("model", { name: c.who }) : personName(c.who)}</span>
                  <b>{f.count(c.passed_count)} / {f.count(c.example_count)}</b>
                  <span className={css["when"]}>{f.time(c.at_us)}</span>
                </button>
              </li>
            ))}
          </ul>
          {checks.data?.length === 0 && <p className={css["note"]}>{w("nobody_checked")}</p>}
          {mayEdit && (
            <Button size="small" loading={model.isPending} onClick={() => model.mutate()}>
              {w("check_model")}
            </Button>
          )}
        </section>
      )}
      <section className={css["paneSection"]}>
        <h3>{w("versions")}</h3>
        <ReadFault of={versions} />
        <ol className={css["versions"]}>
          {versions.data?.map((v, i) => (
            <li key={v.version} data-current={v.version === saved.version}>
              <Link to={i === 0 ? `/${product}/label/guideline` : `/${product}/label/guideline?version=v${v.version}`}>v{v.version}</Link>
              <span className={css["when"]}>{f.time(v.created_us)}</span>
              <span>{v.changed?.length ? w("changed_labels", { count: v.changed.length }) : v.version === 1 ? w("first_version") : w("no_meaning_changed")}</span>
              {!!v.changed?.length && <Button type="link" size="small" onClick={() => setTouched({ ...v, touched_count: -1 })}>{w("see_touched")}</Button>}
            </li>
          ))}
        </ol>
        {versions.data?.length === 0 && <p className={css["note"]}>{w("not_saved_yet")}</p>}
      </section>
      {shown && <CheckDrawer check={shown} name={shown.is_model ? w("model", { name: shown.who }) : personName(shown.who)} nameOf={nameOf} close={() => setShown(undefined)} onLabel={(id) => (setShown(undefined), onLabel(id))} />}
      {touched && <TouchedDrawer product={product} of={touched} nameOf={nameOf} close={() => setTouched(undefined)} />}
    </Pane>
  );
}
