import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Popconfirm } from "antd";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { forgetKept } from "../../shared/api/kept";
import { meKey } from "../../shared/api/query";
import { useFormat } from "../../shared/format/useFormat";
import { Chip } from "../../shared/page/Chip";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { useWords } from "../../shared/words/useWords";
import css from "./settings.module.css";

// What a browser calls itself, the most telling first: many claim to be others too.
const browsers: [RegExp, string][] = [
  [/MicroMessenger\/(\d+)/, "WeChat"],
  [/Edg\w*\/(\d+)/, "Edge"],
  [/OPR\/(\d+)/, "Opera"],
  [/Firefox\/(\d+)/, "Firefox"],
  [/Chrome\/(\d+)/, "Chrome"],
  [/Version\/(\d+).*Safari/, "Safari"],
];

/** browserOf names a browser and its system by what it calls itself; what is unknown stays as it is. */
export function browserOf(agent: string): string {
  const system = /Windows|Android|iPhone|iPad|Mac OS X|Linux/.exec(agent)?.[0];
  for (const [mark, name] of browsers) {
    const found = mark.exec(agent);
    if (found) return [`${name} ${found[1]!}`, system].filter(Boolean).join(" · ");
  }
  return agent;
}

/** Sessions are the browsers in which one is signed in, and the way out of them all. */
export function Sessions() {
  const w = useWords("settings");
  const shared = useWords("shared");
  const f = useFormat();
  const client = useQueryClient();
  const list = useQuery({ queryKey: ["people", "sessions"], queryFn: ({ signal }) => ask(api.GET("/api/v1/sessions", { signal })) });
  const out = useMutation({
    mutationFn: () => ask(api.DELETE("/api/v1/sessions")),
    onSuccess: () => {
      forgetKept();
      client.setQueryData(meKey, null);
    },
  });
  return (
    <>
      <p className={css["help"]}>{w("sessions_help")}</p>
      {out.error && <FaultBand fault={asFault(out.error)} />}
      <Popconfirm title={w("sessions_out_ask")} okText={w("sessions_out")} cancelText={shared("cancel")} onConfirm={() => out.mutate()}>
        <Button danger loading={out.isPending}>
          {w("sessions_out")}
        </Button>
      </Popconfirm>
      <Faces of={list}>
        {(sessions) => (
          <ul className={css["tokens"]}>
            {sessions.items.map((s) => (
              <li key={s.id || s.created_us}>
                <b title={s.agent} data-measure /* its digits count nothing */>{browserOf(s.agent) || w("session_unknown")}</b>
                <span>{w("session_since", { time: f.time(s.created_us) })}</span>
                {s.current && <Chip tone="jade">{w("session_current")}</Chip>}
              </li>
            ))}
          </ul>
        )}
      </Faces>
    </>
  );
}
