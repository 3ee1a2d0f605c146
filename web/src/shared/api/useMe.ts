import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "./client";
import { Fault } from "./fault";
import { forgetKept, keep, readKept } from "./kept";
import { meKey } from "./query";

export type Me = { id: string; name: string; roles: string[] };

/** meQuery asks who is signed in; null when nobody is. While the server is gone it is who was signed in last. */
export const meQuery = queryOptions({
  queryKey: meKey,
  staleTime: 60_000,
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      const me = (await ask(api.GET("/api/v1/me", { signal }))) as Me;
      keep("me", me);
      return me;
    } catch (e) {
      if (e instanceof Fault && e.status === 401) {
        forgetKept();
        return null;
      }
      const last = e instanceof Fault && e.status === 0 ? readKept<Me>("me") : undefined;
      if (last) return last;
      throw e;
    }
  },
});

export const useMe = () => useQuery(meQuery);

const order = ["owner", "lead", "trainer", "reviewer", "labeller", "viewer", "customer"];

/** useMay tells whether the person may do what needs this role; the server decides again. */
export function useMay(need: Schemas["PeopleAccount"]["role"]): boolean {
  const me = useMe().data;
  return !!me && me.roles.some((role) => order.indexOf(role) <= order.indexOf(need));
}
