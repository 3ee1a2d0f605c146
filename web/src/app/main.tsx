import { createRoot } from "react-dom/client";
import { startWords } from "../shared/words/i18n";
import { onKey } from "../shared/keys/registry";
import { App } from "./App";

addEventListener("keydown", onKey);
void startWords().then(() => createRoot(document.getElementById("root")!).render(<App />));
