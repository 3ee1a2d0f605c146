import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { Download } from "lucide-react";
import { asFault } from "../../shared/api/fault";
import { saveBlob } from "../../shared/api/saveBlob";
import { FaultBand } from "../../shared/page/FaultBand";
import { useWords } from "../../shared/words/useWords";
import { bundleOf, type Release } from "./api";

/** BundleButton saves a release as one signed file, for a box to run alone. */
export function BundleButton({ product, release }: { product: string; release: Release }) {
  const w = useWords("release");
  const bundle = useMutation({ mutationFn: () => bundleOf(product, release.name), onSuccess: (file) => saveBlob(`${release.name}.zhuomo`, file) });
  return (
    <>
      <p>{w("bundle_note")}</p>
      {bundle.error && <FaultBand fault={asFault(bundle.error)} />}
      <Button size="small" icon={<Download size={14} aria-hidden />} loading={bundle.isPending} onClick={() => bundle.mutate()}>
        {w("bundle")}
      </Button>
    </>
  );
}
