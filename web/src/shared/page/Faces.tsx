import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Bones, type Shape } from "./Bones";
import { ReadFault } from "./ReadFault";

type Query<T> = Pick<UseQueryResult<T>, "data" | "error" | "isFetching">;

/**
 * Faces shows one of the four faces of a query: loading, empty, fault, ready. The last good data
 * stays under a fault and while it is read anew. isEmpty is, unless told, an empty list.
 */
export function Faces<T>({ of, empty, isEmpty = emptyList, shape = "rows", children }: { of: Query<T>; empty?: ReactNode; isEmpty?: (data: T) => boolean; shape?: Shape; children: (data: T) => ReactNode }) {
  if (of.data === undefined) return of.error ? <ReadFault of={of} /> : <Bones shape={shape} />;
  return (
    <>
      <ReadFault of={of} />
      {empty !== undefined && isEmpty(of.data) ? empty : children(of.data)}
    </>
  );
}

function emptyList(data: unknown): boolean {
  if (Array.isArray(data)) return data.length === 0;
  return typeof data === "object" && data !== null && "items" in data && Array.isArray(data.items) && data.items.length === 0;
}
