import { Button } from "antd";
import { Link, useNavigate } from "react-router";
import { useOverview } from "../../shared/api/useOverview";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import { useWords } from "../../shared/words/useWords";
import { Guide } from "./Guide";
import { Live } from "./Live";
import { Making, useMaking } from "./Making";
import { Ring } from "./Ring";
import { Scores } from "./Scores";
import { ToDo } from "./ToDo";
import css from "./home.module.css";

/** HomeStage is the whole product on one screen: is it good, is it getting better, what do I do now? */
export function HomeStage() {
  const w = useWords("home");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const overview = useOverview(product);
  const making = useMaking(product);
  const o = overview.data;
  const live = o?.scores.findLast((s) => s.state === "live");
  const liveName = o?.stages.find((s) => s.stage === "release")?.name;
  const candidate = o?.scores.findLast((s) => s.state === "candidate" && s.created_us > (live?.created_us ?? 0));
  const open = { id: "home.candidate", words: w("candidate", { name: candidate?.release ?? "" }), key: "S", when: () => !!candidate, run: () => void go(`/${product}/evaluate/${candidate!.report_id}`) };
  useActions(candidate ? [open] : []);
  return (
    <Page
      flush
      title={w("title")}
      facts={
        o && (
          <>
            {liveName ? w("live") : w("not_live")} <b>{liveName}</b>
            {o.today.turns > 0 && (
              <>
                {" · "}
                {w("today")} <Link to={`/${product}/release/turns?hours=24`} data-grouped><b>{f.count(o.today.sessions)}</b></Link> {w("sessions")} · <Link to={`/${product}/release/turns?hours=24`}><b>{f.count(o.today.turns)}</b></Link> {w("turns")}
              </>
            )}
          </>
        )
      }
      acts={
        candidate ? (
          <ActionButton type="primary" action={open} />
        ) : (
          liveName && (
            <Link to={`/chat/${product}`} target="_blank" reloadDocument>
              <Button>{w("chat")}</Button>
            </Link>
          )
        )
      }
    >
      <Faces of={overview} shape="chart">
        {(all) => (
          <>
            {making ? <Making job={making} /> : <Guide overview={all} />}
            <div className={css["home"]}>
              <section className={css["ring"]} aria-label={w("loop")}>
                <Ring overview={all} />
              </section>
              <div className={css["right"]}>
                <Scores scores={all.scores} />
                <Live today={all.today} before={all.before} />
              </div>
              <ToDo overview={all} />
            </div>
          </>
        )}
      </Faces>
    </Page>
  );
}
