import { App, ConfigProvider, theme } from "antd";
import en from "antd/locale/en_US";
import zh from "antd/locale/zh_CN";
import { useLayoutEffect, type ReactNode } from "react";
import { useLang } from "../words/useLang";
import { useSettings } from "./settings";
import { cssVariables, tokens, type Mode } from "./tokens";
import { useMode } from "./useMode";
import "./base.css";
import "./fonts.css";

function antTheme(mode: Mode) {
  const { cssVar, hashed, exact, token, components } = tokens.antd[mode];
  const { $about: _, ...values } = exact;
  return {
    cssVar,
    hashed,
    // Ant Design recomputes seed colours in dark mode; the second algorithm puts ours back.
    algorithm: [mode === "dark" ? theme.darkAlgorithm : theme.defaultAlgorithm, (_seed: unknown, map?: object) => ({ ...map, ...values })],
    token,
    components,
  };
}

const themes = { light: antTheme("light"), dark: antTheme("dark") };

/** ThemeProvider dresses everything below in the tokens: Ant Design, CSS variables, fonts. */
export function ThemeProvider({ children }: { children: ReactNode }) {
  const mode = useMode();
  const { density } = useSettings();
  const lang = useLang();
  useLayoutEffect(() => {
    const root = document.documentElement;
    root.dataset["theme"] = mode;
    root.dataset["density"] = density;
    for (const [name, value] of Object.entries(cssVariables(mode, density))) root.style.setProperty(name, value);
  }, [mode, density]);
  return (
    // The two kinds of algorithm have types of their own that Ant Design does not export.
    <ConfigProvider theme={themes[mode] as never} locale={lang === "zh" ? zh : en} button={{ autoInsertSpace: false }}>
      <App>
        {children}
      </App>
    </ConfigProvider>
  );
}
