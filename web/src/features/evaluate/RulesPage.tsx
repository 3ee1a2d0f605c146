import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Input } from "antd";
import { useEffect, useState } from "react";
import { useParams } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault, Fault } from "../../shared/api/fault";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { Page } from "../../shared/page/Page";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import { EvaluateTabs } from "./EvaluateTabs";
import css from "./evaluate.module.css";

/** RulesPage is the text of the suite or the gate; every save is a new version, a mistake is told with its place and nothing is lost. */
export function RulesPage() {
  const w = useWords("evaluate");
  const f = useFormat();
  const product = useProduct();
  const client = useQueryClient();
  const { kind = "suite" } = useParams();
  const gate = kind === "gate";
  const may = useMay(gate ? "lead" : "trainer");
  const key = ["evaluate", product, "rules", kind];
  const saved = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      try {
        return await ask(gate ? api.GET("/api/v1/products/{product}/gate", { signal, params: { path: { product } } }) : api.GET("/api/v1/products/{product}/suite", { signal, params: { path: { product } } }));
      } catch (e) {
        if (e instanceof Fault && e.code === "evaluate.no_such_suite") return { version: 0, text: "", actor_id: "", at: "" };
        throw e;
      }
    },
  });
  const [text, setText] = useState<string>();
  useEffect(() => setText(undefined), [kind]);
  const shown = text ?? (saved.data?.text || (gate ? "" : w("suite_start")));
  const put = (t: string) => ask(gate ? api.PUT("/api/v1/products/{product}/gate", { params: { path: { product } }, body: { text: t } }) : api.PUT("/api/v1/products/{product}/suite", { params: { path: { product } }, body: { text: t } }));
  const write = useMutation({
    mutationFn: async (t: string) => {
      const before = saved.data?.text;
      return { before, now: await put(t) };
    },
    onSuccess: ({ before, now }) => {
      client.setQueryData(key, now);
      setText(undefined);
      const back = async (t: string) => client.setQueryData(key, await put(t));
      if (before) did({ words: w("rules_saved", { version: now.version }), undo: () => back(before), redo: () => back(now.text) });
    },
  });
  const save = { id: "evaluate.rules_save", words: w("rules_save"), key: "Ctrl S", when: () => may && !write.isPending && shown.trim() !== "" && shown !== saved.data?.text, run: () => write.mutate(shown) };
  useActions([save]);
  return (
    <Page
      title={w("title")}
      name={gate ? w("gate") : w("suite")}
      facts={saved.data && (saved.data.version ? <><b data-measure>v{saved.data.version}</b> · {saved.data.at && f.time(Date.parse(saved.data.at) * 1000)}</> : gate ? w("gate_standard") : w("suite_none"))}
      acts={<ActionButton type="primary" action={save} loading={write.isPending} />}
      bar={<EvaluateTabs />}
    >
      {write.error && <FaultBand fault={asFault(write.error)} />}
      <Faces of={saved}>
        {() => (
          <>
            <p className={css["caption"]}>{gate ? w("gate_help") : w("suite_help")}</p>
            <Input.TextArea className={css["code"]!} value={shown} readOnly={!may} spellCheck={false} autoSize={{ minRows: 16, maxRows: 28 }} aria-label={gate ? w("gate") : w("suite")} onChange={(e) => setText(e.target.value)} />
          </>
        )}
      </Faces>
    </Page>
  );
}
