import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Progress } from "antd";
import { useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../../../shared/api/client";
import { asFault } from "../../../shared/api/fault";
import { useProduct } from "../../../shared/api/useProduct";
import { useFormat } from "../../../shared/format/useFormat";
import { ActionButton } from "../../../shared/keys/ActionButton";
import { useActions } from "../../../shared/keys/useActions";
import { Faces } from "../../../shared/page/Faces";
import { FaultBand } from "../../../shared/page/FaultBand";
import { Page } from "../../../shared/page/Page";
import { useFilters } from "../../../shared/table/useFilters";
import { useWords } from "../../../shared/words/useWords";
import { useGuideline } from "../api";
import { labelActions } from "../desk/actions";
import { keysOf, toggled } from "../desk/labelKeys";
import { LabelKeys } from "../desk/LabelKeys";
import { LabelSearch } from "../desk/LabelSearch";
import { TaskText } from "../desk/TaskText";
import { useLabelName } from "../useLabelName";
import { CheckDrawer } from "./CheckDrawer";
import { useExamAnswers } from "./useExamAnswers";
import css from "./guideline.module.css";

/** ExamPage lets a person answer the examples of a guideline by the desk's keys, without seeing what is right. */
export function ExamPage() {
  const w = useWords("label");
  const f = useFormat();
  const go = useNavigate();
  const client = useQueryClient();
  const product = useProduct();
  const { filters } = useFilters(["version"]);
  const version = filters.version || "latest";
  const guideline = useGuideline(product, version);
  const nameOf = useLabelName(guideline.data);
  const questions = useQuery({
    queryKey: ["label", product, "questions", version],
    queryFn: async ({ signal }) => (await ask(api.GET("/api/v1/products/{product}/guidelines/{version}/questions", { signal, params: { path: { product, version } } }))).items,
  });
  const { answers, put, clear } = useExamAnswers(`${product}.${guideline.data?.id ?? version}`);
  const [chosen, setChosen] = useState<string[]>([]);
  const [search, setSearch] = useState(false);
  const labels = useMemo(() => guideline.data?.guideline.labels ?? [], [guideline.data]);
  const multi = guideline.data?.guideline.multi ?? false;
  const keys = useMemo(() => keysOf(labels), [labels]);
  const all = questions.data ?? [];
  const at = answers.length;
  const asked = all[at];
  const check = useMutation({
    mutationFn: (given: string[][]) => ask(api.POST("/api/v1/products/{product}/guidelines/{version}/checks", { params: { path: { product, version } }, body: { answers: given } })),
    onSuccess: () => (clear(), client.invalidateQueries({ queryKey: ["label", product, "checks"] })),
  });
  const next = (labelled: string[]) => {
    if (!asked || (!multi && labelled.length !== 1)) return;
    const given = [...answers, labelled];
    put(given);
    setChosen([]);
    if (given.length === all.length) check.mutate(given);
  };
  const choose = (id: string, andGo = false) => {
    const now = toggled(chosen, id, multi, labels);
    if (andGo || !multi) next(andGo && !now.includes(id) ? [...now, id] : now);
    else setChosen(now);
  };
  const can = () => !!asked && !search;
  const nextAct = { id: "label.exam_next", words: w("exam_next"), key: "Enter", when: can, run: () => next(chosen) };
  const backAct = { id: "label.exam_back", words: w("act_back"), key: "Backspace", when: () => at > 0 && !search && !check.isPending, run: () => (setChosen(answers.at(-1)!), put(answers.slice(0, -1))) };
  useActions([nextAct, backAct, { id: "label.search", words: w("act_search"), key: "/", when: can, run: () => setSearch(true) }]);
  useActions(labelActions(labels, keys, nameOf, w, choose, can, multi), "labels");
  const home = `/${product}/label/guideline`;
  return (
    <Page title={w("title")} name={w("exam_of", { version: guideline.data?.version ?? "" })} facts={all.length > 0 && <><b data-measure>{f.count(Math.min(at + 1, all.length))}</b> / <span data-total={all.length}>{f.count(all.length)}</span> · {w("exam_note")}</>}>
      {check.error && <FaultBand fault={asFault(check.error)} retry={() => check.mutate(answers)} />}
      <Faces of={questions} shape="form" empty={<p>{w("few_examples")}</p>}>
        {(list) => (
          <div className={css["exam"]}>
            <Progress percent={(100 * at) / list.length} showInfo={false} size={["100%", 5]} aria-label={w("progress")} />
            {asked && guideline.data && (
              <>
                <TaskText task={{ id: String(at), queue_id: "", row_id: "", text_hash: "", text: asked.text, context: asked.context ?? [] }} />
                <LabelKeys labels={labels} keys={keys} chosen={chosen} guesses={[]} recent={[]} nameOf={nameOf} multi={multi} choose={choose} onFocus={() => {}} search={() => setSearch(true)} />
                <div>
                  <ActionButton type="primary" action={nextAct} /> <ActionButton action={backAct} />
                </div>
              </>
            )}
          </div>
        )}
      </Faces>
      {search && <LabelSearch labels={labels} keys={keys} chosen={chosen} nameOf={nameOf} multi={multi} choose={(id) => choose(id)} close={() => setSearch(false)} />}
      {check.data && <CheckDrawer check={check.data} name={w("me")} nameOf={nameOf} close={() => void go(home)} onLabel={(id) => void go(`${home}?label=${encodeURIComponent(id)}`)} />}
    </Page>
  );
}
