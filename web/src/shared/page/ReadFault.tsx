import type { UseQueryResult } from "@tanstack/react-query";
import { asFault } from "../api/fault";
import { useAskAgain } from "../api/useAskAgain";
import { FaultBand } from "./FaultBand";
import { useTell } from "./toldFaults";

/** ReadFault tells why a query could not be read, and asks again. */
export function ReadFault({ of }: { of: Pick<UseQueryResult, "error" | "isFetching"> }) {
  const again = useAskAgain();
  const fault = of.error && asFault(of.error);
  useTell(fault?.code);
  return fault && <FaultBand fault={fault} retry={again} retrying={of.isFetching} />;
}
