// The one client of the server: typed by the OpenAPI document, so nobody writes an address by hand.

import createClient, { type Middleware } from "openapi-fetch";
import { lang } from "../words/i18n";
import { Fault, faultOf, unreachable } from "./fault";
import type { components, paths } from "./schema";
import { unmasked } from "./unmasked";

/** Schemas are the shapes of the API by name: Schemas["JobView"]. */
export type Schemas = components["schemas"];

const speaking: Middleware = {
  onRequest({ request }) {
    request.headers.set("Accept-Language", lang() === "zh" ? "zh" : "en");
    if (unmasked()) request.headers.set("X-Unmasked", "true");
    return request;
  },
};

export const api = createClient<paths>({ baseUrl: "", credentials: "same-origin" });
api.use(speaking);

/**
 * ask gives the answer of a call, or throws a Fault:
 *
 *	queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/models", { signal, params: { path: { product } } }))
 */
export async function ask<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let answer;
  try {
    answer = await call;
  } catch (e) {
    if (e instanceof DOMException && e.name === "AbortError") throw e;
    throw e instanceof Fault ? e : unreachable(e);
  }
  if (!answer.response.ok) throw faultOf(answer.response, answer.error);
  return answer.data as T;
}
