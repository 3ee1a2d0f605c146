import { useQueryClient } from "@tanstack/react-query";
import { Button, Tooltip } from "antd";
import { Moon, Search, Sun } from "lucide-react";
import { Link } from "react-router";
import { setUnmasked, useUnmasked } from "../shared/api/unmasked";
import { setSettings } from "../shared/theme/settings";
import { useMode } from "../shared/theme/useMode";
import { setLang } from "../shared/words/i18n";
import { useLang } from "../shared/words/useLang";
import { useWords } from "../shared/words/useWords";
import { JobsTray } from "./JobsTray";
import { Mark } from "./Mark";
import { PersonMenu } from "./PersonMenu";
import { ProductSwitch } from "./ProductSwitch";
import { openPalette } from "./palette/openPalette";
import { Palette } from "./palette/Palette";
import css from "./shell.module.css";

/** TopBar is 48 high: brand, product, search, jobs, language, theme, person. */
export function TopBar() {
  const w = useWords("app");
  const mode = useMode();
  const lang = useLang();
  const plain = useUnmasked();
  const client = useQueryClient();
  return (
    <header className={css["top"]}>
      <Link className={css["brand"]!} to="/" aria-label={w("title_brand")}>
        <Mark />
        <span>{w("title_brand")}</span>
      </Link>
      <ProductSwitch />
      <button type="button" className={css["search"]} onClick={openPalette} aria-keyshortcuts="Control+K">
        <Search size={14} aria-hidden />
        <span>{w("search")}</span>
        <kbd aria-hidden>Ctrl K</kbd>
      </button>
      <Palette />
      <div className={css["topActs"]}>
        {plain && (
          <Button type="text" danger onClick={() => setUnmasked(client, false)} title={w("mask")}>
            {w("unmasked")}
          </Button>
        )}
        <JobsTray />
        <Button type="text" aria-label={w("lang_turn")} onClick={() => setLang(lang === "zh" ? "en" : "zh")}>
          <span lang="zh-CN">中</span> / EN
        </Button>
        <Tooltip title={w("theme_turn")}>
          <Button type="text" aria-label={w("theme_turn")} icon={mode === "dark" ? <Sun size={16} /> : <Moon size={16} />} onClick={() => setSettings({ theme: mode === "dark" ? "light" : "dark" })} />
        </Tooltip>
        <PersonMenu />
      </div>
    </header>
  );
}
