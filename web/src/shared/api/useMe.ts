import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "./client";
import { Fault } from "./fault";
import { meKey } from "./query";

export type Me = { id: string; name: string; roles: string[] };

/** useMe is who is signed in; null when nobody is. */
export function useMe() {
  return useQuery({
    queryKey: meKey,
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<Me | null> => {
      try {
        return (await ask(api.GET("/api/v1/me", { signal }))) as Me;
      } catch (e) {
        if (e instanceof Fault && e.status === 401) return null;
        throw e;
      }
    },
  });
}

const order = ["owner", "lead", "trainer", "reviewer", "labeller", "viewer", "customer"];

/** useMay tells whether the person may do what needs this role; the server decides again. */
export function useMay(need: Schemas["PeopleAccount"]["role"]): boolean {
  const me = useMe().data;
  return !!me && me.roles.some((role) => order.indexOf(role) <= order.indexOf(need));
}
