import { createRoot } from "react-dom/client";
import { makeQueryClient } from "../shared/api/query";
import { meQuery } from "../shared/api/useMe";
import { startWords } from "../shared/words/i18n";
import { onKey } from "../shared/keys/registry";
import { App } from "./App";
import { stageOf } from "./stages";

addEventListener("keydown", onKey);
// Who is asking, the code of the page and its words are read at once, not one after the other.
const client = makeQueryClient();
void client.prefetchQuery(meQuery);
const stage = stageOf(location.pathname);
void stage?.load().catch(() => undefined); // asked for again, and told, where it is shown
void startWords(stage && [stage.id]).then(() => createRoot(document.getElementById("root")!).render(<App client={client} />));
