import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Drawer, Form, InputNumber, Select } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { jobsKey } from "../../shared/api/events";
import { useProduct } from "../../shared/api/useProduct";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import { recipeOf, useSamplers, useTunables, type Param } from "./api";
import { written } from "./progress";
import css from "./tune.module.css";

const objectives = ["exact", "micro_f1", "macro_f1"];

/** NewStudy begins a study: of what, which dials, in which ranges, how many trials. All is preset by what is suggested of what is tuned. */
export function NewStudy({ open, onClose }: { open: boolean; onClose: () => void }) {
  const w = useWords("tune");
  const lang = useLang();
  const go = useNavigate();
  const client = useQueryClient();
  const product = useProduct();
  const tunables = useTunables(product);
  const samplers = useSamplers();
  const [component, setComponent] = useState<string>();
  const [sampler, setSampler] = useState<string>();
  const [objective, setObjective] = useState("exact");
  const [trials, setTrials] = useState(40);
  const [folds, setFolds] = useState(0);
  const [worth, setWorth] = useState(0);
  const [goals, setGoals] = useState<string[]>([]);
  const [sizeLimit, setSizeLimit] = useState<number | null>(null);
  const [seed, setSeed] = useState(1);
  const [fresh, setFresh] = useState(false);
  const [on, setOn] = useState<Record<string, boolean>>({});
  const [ranges, setRanges] = useState<Record<string, { min?: number; max?: number }>>({});
  const tuned = tunables.data?.items?.find((l) => l.name === component) ?? tunables.data?.items?.[0];
  const dials = (tuned?.params ?? []).filter((p) => p.kind !== "string" && p.kind !== "strings");
  const isOn = (p: Param) => on[p.name] ?? !!p.tune;
  const start = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/products/{product}/studies", {
          params: { path: { product } },
          body: {
            ...(tuned ? { component: tuned.name } : {}),
            ...(sampler ? { sampler } : {}),
            objective: folds ? "exact" : objective,
            ...(folds ? { folds } : {}),
            ...(worth ? { worth } : {}),
            ...(goals.length && !folds ? { goals } : {}),
            ...(sizeLimit && !folds ? { limits: { size_bytes: 1e6 * sizeLimit } } : {}),
            trials,
            seed,
            ...(fresh && warm ? { fresh } : {}),
            dials: dials.filter(isOn).map((p) => p.name),
            ranges: Object.fromEntries(Object.entries(ranges).filter(([name]) => dials.some((p) => p.name === name && isOn(p)))),
          },
        }),
      ),
    onSuccess: async (begun) => {
      onClose();
      await Promise.all([client.invalidateQueries({ queryKey: jobsKey }), client.invalidateQueries({ queryKey: ["tune", product] })]);
      void go(`/${product}/tune/${begun.study.id}`);
    },
  });
  const text = (t: { zh: string; en: string }) => (lang === "zh" ? t.zh : t.en);
  const chosen = samplers.data?.items?.find((s) => !sampler || s.name === sampler);
  const warm = chosen?.name === "tune.auto.v1"; // the others never look at earlier studies
  const number = (p: Param) => p.kind === "int" || p.kind === "float";
  return (
    <Drawer
      open={open}
      onClose={onClose}
      size={480}
      title={w("new")}
      footer={
        <Button type="primary" disabled={!dials.some(isOn)} loading={start.isPending} onClick={() => start.mutate()}>
          {w("begin", { count: trials })}
        </Button>
      }
    >
      {start.error && <FaultBand fault={asFault(start.error)} retry={() => start.mutate()} />}
      <Faces of={tunables}>
        {(all) => (
          <Form layout="vertical">
            <div className={css["two"]}>
              <Form.Item label={w("col_component")} extra={recipeOf(tuned?.name) !== undefined && tuned && text(tuned.help)}>
                <Select aria-label={w("col_component")} value={tuned?.name ?? null} onChange={(v) => (setComponent(v ?? undefined), setOn({}), setRanges({}))} options={(all.items ?? []).map((l) => ({ value: l.name, label: text(l.title) }))} />
              </Form.Item>
              <Form.Item label={w("sampler")} extra={chosen && text(chosen.help)}>
                <Select aria-label={w("sampler")} value={chosen?.name ?? null} onChange={(v) => setSampler(v ?? undefined)} options={(samplers.data?.items ?? []).map((s) => ({ value: s.name, label: text(s.title) }))} />
              </Form.Item>
              <Form.Item label={w("col_objective")} extra={w("objective_help")}>
                <Select aria-label={w("col_objective")} disabled={folds > 0} value={folds ? "exact" : objective} onChange={setObjective} options={objectives.map((o) => ({ value: o, label: w(`figure_${o}`) }))} />
              </Form.Item>
              <Form.Item label={w("trials")} extra={w("trials_help")}>
                <InputNumber aria-label={w("trials")} min={1} max={100000} value={trials} onChange={(v) => setTrials(v ?? 40)} />
              </Form.Item>
              <Form.Item label={w("race_folds")} extra={folds > 0 && w("race_help")}>
                <Select aria-label={w("race_folds")} value={folds} onChange={setFolds} options={[0, 10, 5].map((n) => ({ value: n, label: n ? w("race_on", { folds: n }) : w("race_off") }))} />
              </Form.Item>
              <Form.Item label={w("goals")} extra={w("goals_help")}>
                <Select aria-label={w("goals")} mode="multiple" disabled={folds > 0} value={folds ? [] : goals} onChange={setGoals} options={["size_bytes", "row_us"].map((g) => ({ value: g, label: w(`goal_${g}`) }))} />
              </Form.Item>
              <Form.Item label={w("size_limit")}>
                <InputNumber aria-label={w("size_limit")} min={0.01} disabled={folds > 0} value={sizeLimit} onChange={setSizeLimit} />
              </Form.Item>
              <Form.Item label={w("worth")} extra={w("worth_help")}>
                <InputNumber aria-label={w("worth")} min={0} max={1} step={0.001} value={worth} onChange={(v) => setWorth(v ?? 0)} />
              </Form.Item>
              <Form.Item label={w("seed")}>
                <InputNumber aria-label={w("seed")} min={0} precision={0} value={seed} onChange={(v) => setSeed(v ?? 1)} />
              </Form.Item>
              {warm && (
                <Form.Item label={w("earlier")} extra={w("earlier_help")}>
                  <Checkbox checked={!fresh} onChange={(e) => setFresh(!e.target.checked)}>
                    {w("earlier_use")}
                  </Checkbox>
                </Form.Item>
              )}
            </div>
            {!!all.left?.length && (
              <ul className={`${css["plainList"]} ${css["caption"]}`} aria-label={w("left_out")}>
                {all.left.map((l) => (
                  <li key={l.name}>
                    {w("left_out")} <Link to={`/${product}/clean/${encodeURIComponent(recipeOf(l.name) ?? "")}`}>{recipeOf(l.name)}</Link>{w("left_why", { why: text(l.why), fix: text(l.fix) })}
                  </li>
                ))}
              </ul>
            )}
            <p className={css["caption"]}>{w("dials_help")}</p>
            {dials.map((p) => (
              <div key={p.name} className={css["pick"]}>
                <Checkbox checked={isOn(p)} onChange={(e) => setOn({ ...on, [p.name]: e.target.checked })}>
                  {text(p.title)}
                </Checkbox>
                {number(p) && isOn(p) ? (
                  <span className={css["range"]}>
                    <InputNumber size="small" aria-label={w("range_low", { what: text(p.title) })} min={p.min} max={ranges[p.name]?.max ?? p.max} value={ranges[p.name]?.min ?? p.min} onChange={(v) => setRanges({ ...ranges, [p.name]: { ...ranges[p.name], min: v ?? p.min } })} />
                    –
                    <InputNumber size="small" aria-label={w("range_high", { what: text(p.title) })} min={ranges[p.name]?.min ?? p.min} max={p.max} value={ranges[p.name]?.max ?? p.max} onChange={(v) => setRanges({ ...ranges, [p.name]: { ...ranges[p.name], max: v ?? p.max } })} />
                  </span>
                ) : (
                  <span className={css["caption"]}>{number(p) ? w("stays", { value: written(p.default) }) : (p.choices ?? []).join(" / ")}</span>
                )}
                <p>{text(p.help)}</p>
              </div>
            ))}
          </Form>
        )}
      </Faces>
    </Drawer>
  );
}
