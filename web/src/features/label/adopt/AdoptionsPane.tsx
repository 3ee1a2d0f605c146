import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { asFault } from "../../../shared/api/fault";
import { useMay } from "../../../shared/api/useMe";
import { useFormat } from "../../../shared/format/useFormat";
import { FaultBand } from "../../../shared/page/FaultBand";
import { Pane } from "../../../shared/page/Pane";
import { ReadFault } from "../../../shared/page/ReadFault";
import { useWords } from "../../../shared/words/useWords";
import { usePeopleNames } from "../../../shared/api/usePeopleNames";
import { useAdoptions, useTakeBack } from "./useAdopt";
import css from "./adopt.module.css";

/** AdoptionsPane is what was taken over before; each act can be taken back whole, at any time. */
export function AdoptionsPane({ product }: { product: string }) {
  const w = useWords("label");
  const f = useFormat();
  const may = useMay("trainer");
  const personName = usePeopleNames();
  const list = useAdoptions(product);
  const takeBack = useTakeBack(product);
  const back = useMutation({ mutationFn: takeBack });
  return (
    <Pane title={w("adoptions")} width={300}>
      <ReadFault of={list} />
      {back.error && <FaultBand fault={asFault(back.error)} />}
      {list.data?.items.length === 0 && <p className={css["why"]}>{w("adoptions_none")}</p>}
      <ul className={css["acts"]}>
        {list.data?.items.map((a) => (
          <li key={a.id} data-undone={!!a.undone_us}>
            <div>{w("adoption_of", { column: a.column, count: f.count(a.taken_count) })}</div>
            <div className={css["why"]}>{f.time(a.created_us)} {a.actor_id && personName(a.actor_id)} · v{a.guideline_version}</div>
            {a.undone_us ? <div className={css["why"]}>{w("adoption_undone")}</div> : may && <Button size="small" loading={back.isPending && back.variables === a.id} onClick={() => back.mutate(a.id)}>{w("adoption_back")}</Button>}
          </li>
        ))}
      </ul>
    </Pane>
  );
}
