import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { asFault } from "../api/fault";
import { Bones, type Shape } from "./Bones";
import { FaultBand } from "./FaultBand";

type Query<T> = Pick<UseQueryResult<T>, "data" | "error" | "refetch" | "isFetching">;

/**
 * Faces shows one of the four faces of a query: loading, empty, fault, ready. The last good data
 * stays under a fault and while it is read anew. isEmpty is, unless told, an empty list.
 */
export function Faces<T>({ of, empty, isEmpty = emptyList, shape = "rows", children }: { of: Query<T>; empty?: ReactNode; isEmpty?: (data: T) => boolean; shape?: Shape; children: (data: T) => ReactNode }) {
  const band = of.error && <FaultBand fault={asFault(of.error)} retry={() => void of.refetch()} retrying={of.isFetching} />;
  if (of.data === undefined) return band || <Bones shape={shape} />;
  return (
    <>
      {band}
      {empty !== undefined && isEmpty(of.data) ? empty : children(of.data)}
    </>
  );
}

function emptyList(data: unknown): boolean {
  if (Array.isArray(data)) return data.length === 0;
  return typeof data === "object" && data !== null && "items" in data && Array.isArray(data.items) && data.items.length === 0;
}
