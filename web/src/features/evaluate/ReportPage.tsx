import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Chip } from "../../shared/page/Chip";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { Page } from "../../shared/page/Page";
import { useWords } from "../../shared/words/useWords";
import { useModelNames, useReport } from "./api";
import { FlipsPanel } from "./FlipsPanel";
import { GateList } from "./GateList";
import { SliceList } from "./SliceList";
import { SignDialog } from "./SignDialog";
import { SuiteList } from "./SuiteList";
import css from "./evaluate.module.css";

/** ReportPage is one report: does the gate pass, what got better, what broke; S signs it into a release candidate. */
export function ReportPage() {
  const w = useWords("evaluate");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const client = useQueryClient();
  const mayTrain = useMay("trainer");
  const mayOverride = useMay("lead");
  const { report: id = "" } = useParams();
  const report = useReport(product, id);
  const nameOf = useModelNames(product);
  const [signing, setSigning] = useState(false);
  const r = report.data;
  const model = nameOf(r?.model_id);
  const gate = { passed: (r?.verdict.rules ?? []).filter((x) => x.passed).length, total: r?.verdict.rules?.length ?? 0 };
  const sign = useMutation({
    mutationFn: (reason: string) => ask(api.POST("/api/v1/evaluations/{report}/signatures", { params: { path: { report: id } }, body: reason ? { reason } : {} })),
    onSuccess: async () => {
      setSigning(false);
      await client.invalidateQueries({ queryKey: ["evaluate", product] });
      await client.invalidateQueries({ predicate: (q) => q.queryKey[1] === product && (q.queryKey[0] === "release" || q.queryKey[0] === "serve") });
    },
  });
  const open = !!r && !r.signature && mayTrain && (r.passed || mayOverride);
  const put = { id: "evaluate.sign", words: r?.passed === false ? w("override", { model }) : w("sign", { model }), key: "S", when: () => open, run: () => setSigning(true) };
  const again = { id: "evaluate.again", words: w("again"), key: "R", when: () => mayTrain && !!r, run: () => void go(`/${product}/evaluate?judge=${r!.model_id}`) };
  useActions([put, again]);
  const flips = r?.flips;
  return (
    <Page
      title={w("title")}
      name={r && (r.live_id ? `${model} ${w("against")} ${nameOf(r.live_id)}` : model)}
      facts={
        r && (
          <>
            <Link to={`/${product}/model/${r.model_id}/rows`}><b>{f.percent(r.test.figures["exact"]?.value ?? 0)} %</b></Link> <span data-measure>{f.interval(r.test.figures["exact"]?.low ?? 0, r.test.figures["exact"]?.high ?? 0)}</span> · {w("rows_count", { count: r.test.rows })}
            {r.cross && <span title={w("cross_why", { folds: r.cross.folds })} data-cross={r.cross.rows}> · {w("cross", { folds: r.cross.folds })} <Link data-grouped to={`/${product}/label/gold`}><b>{f.percent(r.cross.figures["exact"]?.value ?? 0)} %</b></Link> <span data-measure>{f.interval(r.cross.figures["exact"]?.low ?? 0, r.cross.figures["exact"]?.high ?? 0)}</span> · {w("rows_count", { count: r.cross.rows })}</span>}
            {flips && <> · <span className={css["better"]}>▲ {w("fixed")} <Link to="?change=fixed"><b>{f.count(flips.fixed)}</b></Link></span> · <span className={css["worse"]}>▼ {w("broken")} <Link to="?change=broken"><b>{f.count(flips.broken)}</b></Link></span> · {w("p_value")} <b data-measure>{flips.p.toFixed(3).replace(/^0/, "")}</b></>}
            {r.simulated && ` · ${w("simulated")}`}
          </>
        )
      }
      acts={
        r && (
          <>
            <a href="#gate"><Chip tone={r.passed ? "jade" : "cinnabar"}>{w("gate")} {gate.passed} / {gate.total}</Chip></a>
            <ActionButton action={again} />
            {r.signature ? <Link to={`/${product}/release`}><Chip tone="jade">{w("signed", { release: r.signature.release_name, who: r.signature.actor })}</Chip></Link> : <ActionButton type="primary" danger={!r.passed} action={put} />}
          </>
        )
      }
      flush
    >
      <Faces of={report} shape="chart">
        {(data) => (
          <>
            {data.signature?.reason && <p className={css["reason"]}>{w("override_reason", { who: data.signature.actor, reason: data.signature.reason, time: f.time(data.signature.at_us) })}</p>}
            {sign.error && !signing && <FaultBand fault={asFault(sign.error)} />}
            <div className={css["report"]}>
              <div className={css["gate"]}>
                <GateList report={data} />
                {data.suite && <SuiteList suite={data.suite} rules={data.verdict.rules ?? []} />}
                <SliceList report={data} />
              </div>
              <FlipsPanel report={data} after={model} before={data.live_id ? nameOf(data.live_id) : ""} />
            </div>
            <SignDialog open={signing} passed={data.passed} model={model} gate={gate} busy={sign.isPending} {...(sign.error ? { error: sign.error } : {})} onClose={() => setSigning(false)} onSign={(reason) => sign.mutate(reason)} />
          </>
        )}
      </Faces>
    </Page>
  );
}
