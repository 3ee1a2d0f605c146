import { Tooltip } from "antd";
import { Home, Settings, Users } from "lucide-react";
import type { ReactNode } from "react";
import { NavLink } from "react-router";
import { useMay } from "../shared/api/useMe";
import { Bead } from "../shared/page/Bead";
import { showKeys } from "../shared/keys/chord";
import { useWords } from "../shared/words/useWords";
import { useHere } from "./products";
import { loop, type Stage } from "./stages";
import { useBeads } from "./useBeads";
import { useSeenStages } from "./useSeenStages";
import css from "./shell.module.css";

/** Nav is the loop: ten beads on one thread, a count only where it asks for work. */
export function Nav({ folded }: { folded: boolean }) {
  const w = useWords("app");
  const here = useHere();
  const beads = useBeads(here?.id);
  const lead = useMay("lead");
  const seen = useSeenStages();
  const link = (to: string, words: string, mark: ReactNode, key: string, end = false, count = 0) => (
    <Tooltip key={to} placement="right" title={folded ? <>{words} {key && <kbd>{showKeys(key)}</kbd>}</> : undefined}>
      <NavLink className={css["link"]!} to={to} end={end} aria-label={count ? w("nav_count", { words, count }) : words}>
        {mark}
        {!folded && <span className={css["word"]}>{words}</span>}
        {!folded && count > 0 && <span className={css["count"]}>{count}</span>}
      </NavLink>
    </Tooltip>
  );
  const stage = (s: Stage) => {
    const bead = beads[s.id];
    return <li key={s.id}>{link(`/${here!.id}/${s.id}`, w(`stage_${s.id}`), <span className={css["bead"]}><Bead state={bead?.state ?? "hollow"} /></span>, `G ${s.key}`, false, bead?.count)}</li>;
  };
  return (
    <nav className={css["nav"]} aria-label={w("nav")}>
      {here && seen === loop && link(`/${here.id}`, w("title_home"), <Home size={16} aria-hidden />, "G H", true)}
      {here && <ul className={css["loop"]}>{seen.map(stage)}</ul>}
      <div className={css["rest"]}>
        {lead && link("/people", w("people"), <Users size={16} aria-hidden />, "G P")}
        {link("/settings", w("settings"), <Settings size={16} aria-hidden />, "Ctrl ,")}
      </div>
    </nav>
  );
}
