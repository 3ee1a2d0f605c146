import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useState } from "react";
import { api, ask } from "../../../shared/api/client";
import { asFault } from "../../../shared/api/fault";
import { useMay } from "../../../shared/api/useMe";
import { useFormat } from "../../../shared/format/useFormat";
import { Chip, type Tone } from "../../../shared/page/Chip";
import { FaultBand } from "../../../shared/page/FaultBand";
import { useWords } from "../../../shared/words/useWords";
import css from "../tune.module.css";
import type { StageRequest } from "./api";

const tones: Record<string, Tone> = { asked: "cinnabar", approved: "jade", refused: "plain", direct: "azurite" };

/** Requests are who asked for which stage and who decided; a lead decides those that wait. */
export function Requests({ product, requests }: { product: string; requests: StageRequest[] }) {
  const w = useWords("tune");
  const f = useFormat();
  const lead = useMay("lead");
  const client = useQueryClient();
  const [reasons, setReasons] = useState<Record<string, string>>({});
  const decide = useMutation({
    mutationFn: ({ id, approve }: { id: string; approve: boolean }) => ask(api.POST("/api/v1/products/{product}/stage-requests/{request}/decisions", { params: { path: { product, request: id } }, body: { approve, reason: reasons[id] ?? "" } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["tune", product] }),
  });
  return (
    <>
      {decide.error && <FaultBand fault={asFault(decide.error)} />}
      <ul className={css["requests"]}>
        {requests.map((r) => (
          <li key={r.id}>
            <p>
              <Chip tone={tones[r.state] ?? "plain"}>{w(`request_${r.state}`)}</Chip> <b>v{r.version}</b> {w(`stage_${r.from}`)} → {w(`stage_${r.to}`)}
            </p>
            <p className={css["caption"]}>
              {r.state === "direct" ? w("moved_by", { who: r.asker || "—" }) : w("asked_by", { who: r.asker || "—" })} · {f.time(r.asked_us)}
              {r.note && ` · ${r.note}`}
            </p>
            {(r.state === "approved" || r.state === "refused") && (
              <p className={css["caption"]}>
                {w(`decided_${r.state}`, { who: r.decider || "—" })} · {f.time(r.decided_us)}
                {r.reason && ` · ${r.reason}`}
                {r.decider === r.asker && ` · ${w("own_request")}`}
              </p>
            )}
            {r.state === "asked" && lead && (
              <div className={css["decide"]}>
                <Input size="small" value={reasons[r.id] ?? ""} maxLength={500} placeholder={w("decide_reason")} aria-label={w("decide_reason")} onChange={(e) => setReasons({ ...reasons, [r.id]: e.target.value })} />
                <Button size="small" loading={decide.isPending} onClick={() => decide.mutate({ id: r.id, approve: false })}>{w("refuse")}</Button>
                <Button size="small" type="primary" loading={decide.isPending} onClick={() => decide.mutate({ id: r.id, approve: true })}>{w("approve")}</Button>
              </div>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
