import { useNavigate } from "react-router";
import { useActions } from "../shared/keys/useActions";
import { setSettings, settings } from "../shared/theme/settings";
import { setLang, lang } from "../shared/words/i18n";
import { useMode } from "../shared/theme/useMode";
import { useWords } from "../shared/words/useWords";
import { useHere } from "./products";
import { loop } from "./stages";
import { useSeenStages } from "./useSeenStages";

/** useGoActions are the keys that work everywhere: G and a letter, panes, link, language, theme. */
export function useGoActions(): void {
  const w = useWords("app");
  const go = useNavigate();
  const here = useHere();
  const seen = useSeenStages();
  const mode = useMode();
  const to = (path: string) => () => void go(path);
  useActions(
    [
      ...(here && seen === loop ? [{ id: "go.home", words: w("title_home"), key: "G H", run: to(`/${here.id}`) }] : []),
      ...(here ? [...seen.map((s) => ({ id: `go.${s.id}`, words: w(`stage_${s.id}`), key: `G ${s.key}`, run: to(`/${here.id}/${s.id}`) }))] : []),
      ...(here ? [{ id: "thread.here", words: w("thread_here"), key: "T", run: () => void go(`/${here.id}/thread${threadHere()}`) }] : []),
      { id: "go.people", words: w("people"), key: "G P", run: to("/people") },
      { id: "go.jobs", words: w("jobs"), key: "G J", run: to("/jobs") },
      { id: "go.settings", words: w("settings"), key: "Ctrl ,", run: to("/settings") },
      { id: "nav.fold", words: w("nav_fold"), key: "[", run: () => setSettings({ navFolded: !settings().navFolded }) },
      { id: "link.copy", words: w("link_copy"), key: "Shift C", run: () => void navigator.clipboard.writeText(location.href) },
      { id: "lang.turn", words: w("lang_turn"), run: () => setLang(lang() === "zh" ? "en" : "zh") },
      { id: "theme.turn", words: w("theme_turn"), run: () => setSettings({ theme: mode === "dark" ? "light" : "dark" }) },
    ],
    "everywhere",
  );
}

/** threadHere is the address of the thread of what has focus, or of the row that a list stands on; "" when it has none. */
function threadHere(): string {
  const at = document.activeElement?.closest("[data-thread]") ?? document.querySelector('[data-current="true"][data-thread]');
  const id = at?.getAttribute("data-thread");
  return id ? `/${encodeURIComponent(id)}` : "";
}
