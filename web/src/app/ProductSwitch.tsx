import { Button, Dropdown } from "antd";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useMay } from "../shared/api/useMe";
import { useActions } from "../shared/keys/useActions";
import { useWords } from "../shared/words/useWords";
import { DeleteProduct } from "./DeleteProduct";
import { useHere, useProducts } from "./products";

/** ProductSwitch names the product that is open, and leads to the others, to a new one, and to the end of this one. */
export function ProductSwitch() {
  const w = useWords("app");
  const go = useNavigate();
  const here = useHere();
  const all = useProducts().data ?? [];
  const lead = useMay("lead");
  const [deleting, setDeleting] = useState(false);
  const make = { id: "product.new", words: w("product_new"), when: () => lead, run: () => void go("/new") };
  const remove = { id: "product.delete", words: w("product_delete"), when: () => lead && !!here, run: () => setDeleting(true) };
  useActions(lead ? (here ? [make, remove] : [make]) : [], "everywhere");
  const items = [
    ...all.map((p) => ({ key: p.id, label: p.name, onClick: () => void go(`/${p.id}`) })),
    ...(lead ? [{ type: "divider" as const }, { key: "+", label: make.words, onClick: make.run }] : []),
    ...(lead && here ? [{ key: "-", label: remove.words, danger: true, onClick: remove.run }] : []),
  ];
  return (
    <>
      <Dropdown trigger={["click"]} menu={{ items, selectedKeys: here ? [here.id] : [] }}>
        <Button type="text" aria-label={w("product_switch", { name: here?.name ?? "" })}>
          <b>{here?.name ?? w("product_none")}</b>
          <ChevronDown size={14} aria-hidden />
        </Button>
      </Dropdown>
      {deleting && here && <DeleteProduct product={here} onClose={() => setDeleting(false)} />}
    </>
  );
}
