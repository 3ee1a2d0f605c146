import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { listen } from "../shared/api/events";
import { useMe } from "../shared/api/useMe";
import { Faces } from "../shared/page/Faces";
import { Router } from "./Router";
import { SignIn } from "./SignIn";

/** Gate shows the sign-in page to nobody in particular, the workbench to everybody else, and keeps it live. */
export function Gate() {
  const me = useMe();
  const client = useQueryClient();
  const who = me.data?.id;
  useEffect(() => (who ? listen(client) : undefined), [who, client]);
  return <Faces of={me}>{(data) => (data ? <Router /> : <SignIn />)}</Faces>;
}
