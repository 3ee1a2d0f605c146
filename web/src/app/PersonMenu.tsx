import { useQueryClient } from "@tanstack/react-query";
import { Button, Dropdown } from "antd";
import { useNavigate } from "react-router";
import { api, ask } from "../shared/api/client";
import { forgetKept } from "../shared/api/kept";
import { meKey } from "../shared/api/query";
import { setUnmasked, useUnmasked } from "../shared/api/unmasked";
import { useMay, useMe } from "../shared/api/useMe";
import { useWords } from "../shared/words/useWords";
import css from "./shell.module.css";

/** PersonMenu is who works here, settings, keys, and the way out. */
export function PersonMenu() {
  const w = useWords("app");
  const shared = useWords("shared");
  const go = useNavigate();
  const client = useQueryClient();
  const me = useMe().data;
  const lead = useMay("lead");
  const plain = useUnmasked();
  if (!me) return null;
  const turn = () => setUnmasked(client, !plain);
  const out = async () => {
    await ask(api.DELETE("/api/v1/session"));
    forgetKept();
    setUnmasked(client, false);
    client.setQueryData(meKey, null);
    client.removeQueries({ predicate: (q) => q.queryKey.join() !== meKey.join() }); // nothing of this person stays for the next
  };
  const items = [
    { key: "who", disabled: true, label: `${me.name} · ${me.roles.map((r) => shared(`role_${r}`)).join(" ")}` },
    { key: "settings", label: w("settings"), onClick: () => void go("/settings") },
    { key: "keys", label: w("keys"), onClick: () => void go("/settings/keys") },
    ...(lead ? [{ key: "unmasked", label: w(plain ? "mask" : "unmask"), onClick: turn }] : []),
    { type: "divider" as const },
    { key: "out", label: w("sign_out"), onClick: () => void out() },
  ];
  return (
    <Dropdown trigger={["click"]} menu={{ items }} placement="bottomRight">
      <Button type="text" shape="circle" className={css["person"]!} aria-label={w("person", { name: me.name })}>
        {[...me.name][0]}
      </Button>
    </Dropdown>
  );
}
