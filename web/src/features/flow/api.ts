import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../shared/api/client";
import { upload } from "../../shared/api/upload";

export type Drawing = Schemas["DialogDrawing"];
export type FlowNode = Schemas["DialogNode"];
export type Edge = Schemas["DialogEdge"];
export type Problem = Schemas["DialogProblem"];
export type StoryReport = Schemas["DialogStoryReport"];
export type Tried = Schemas["DialogTried"];
export type Part = Schemas["DialogPart"];

export function useFlow(product: string, flow: string) {
  return useQuery({
    queryKey: ["flow", product, "one", flow],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/flows/{flow}", { signal, params: { path: { product, flow } } })),
  });
}

const yamlFile = (text: string, name: string) => new File([text], name);

/** useDrawing takes a text of a flow apart on the server, without keeping it. */
export function useDrawing(product: string, text: string, changed: boolean) {
  return useQuery({
    queryKey: ["flow", product, "drawing", text],
    enabled: changed,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
    queryFn: ({ signal }) => upload<Drawing>({ path: "/api/v1/products/{product}/flow-drawings", values: { product }, file: yamlFile(text, "flow.yaml"), signal }),
  });
}

/** saveFlow keeps a text as the next revision of a flow, or as a new flow. */
export function saveFlow(product: string, text: string, flow?: string, revision?: number) {
  return upload<Schemas["DialogSaveOutBody"]>({ path: "/api/v1/products/{product}/flows", values: { product }, query: { flow, revision }, file: yamlFile(text, "flow.yaml") });
}

export function useStories(product: string, flow: string) {
  return useQuery({
    queryKey: ["flow", product, "stories", flow],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/flows/{flow}/stories", { signal, params: { path: { product, flow } } })),
  });
}

export function saveStories(product: string, flow: string, revision: number, text: string) {
  return upload<Schemas["DialogSaved"]>({ path: "/api/v1/products/{product}/flows/{flow}/stories", values: { product, flow }, query: { revision }, file: yamlFile(text, "stories.yaml") });
}

/** runStories plays the stories with the text that is being edited. */
export function runStories(product: string, flow: string, text: string) {
  return ask(api.POST("/api/v1/products/{product}/flows/{flow}/story-runs", { params: { path: { product, flow } }, body: { text } }));
}

/** simulate plays messages from the beginning; the first turn is the greeting. */
export function simulate(product: string, flow: string, text: string, messages: string[], channel: string) {
  return ask(api.POST("/api/v1/products/{product}/flows/{flow}/simulations", { params: { path: { product, flow } }, body: { text, channel, messages: messages.map((m) => ({ text: m })) } }));
}
