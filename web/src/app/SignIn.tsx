import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect } from "react";
import { api, ask } from "../shared/api/client";
import { meKey } from "../shared/api/query";
import { useWords } from "../shared/words/useWords";
import { LangSwitch } from "./LangSwitch";
import { Mark } from "./Mark";
import css from "./shell.module.css";

/** SignIn tells how to get a one-time link; the link itself signs in and comes back to "/". */
export function SignIn() {
  const w = useWords("app");
  const client = useQueryClient();
  const ways = useQuery({ queryKey: ["people", "ways"], queryFn: ({ signal }) => ask(api.GET("/api/v1/sign-in-ways", { signal })) });
  useEffect(() => {
    document.title = w("signin_title");
  }, [w]);
  return (
    <main className={css["signin"]} data-face="signin">
      <div className={css["signinBox"]}>
        <Mark size={40} />
        <h1>{w("title_brand")}</h1>
        {ways.data?.provider && (
          <Button type="primary" href="/sign-in/provider">
            {w("signin_provider")}
          </Button>
        )}
        <p>{w("signin_what")}</p>
        <pre>zhuomo people link</pre>
        <p>{w("signin_other")}</p>
        <Button type={ways.data?.provider ? "default" : "primary"} onClick={() => void client.invalidateQueries({ queryKey: meKey })}>
          {w("signin_again")}
        </Button>
        <LangSwitch />
      </div>
    </main>
  );
}
