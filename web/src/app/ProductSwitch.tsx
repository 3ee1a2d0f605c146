import { Button, Dropdown } from "antd";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useMay } from "../shared/api/useMe";
import { useWords } from "../shared/words/useWords";
import { NewProduct } from "./NewProduct";
import { useHere, useProducts } from "./products";

/** ProductSwitch names the product that is open, and leads to the others and to a new one. */
export function ProductSwitch() {
  const w = useWords("app");
  const go = useNavigate();
  const here = useHere();
  const all = useProducts().data ?? [];
  const trainer = useMay("trainer");
  const [making, setMaking] = useState(false);
  const items = [
    ...all.map((p) => ({ key: p.id, label: p.name, onClick: () => void go(`/${p.id}`) })),
    ...(trainer ? [{ type: "divider" as const }, { key: "+", label: w("product_new"), onClick: () => setMaking(true) }] : []),
  ];
  return (
    <>
      <Dropdown trigger={["click"]} menu={{ items, selectedKeys: here ? [here.id] : [] }}>
        <Button type="text" aria-label={w("product_switch", { name: here?.name ?? "" })}>
          <b>{here?.name ?? w("product_none")}</b>
          <ChevronDown size={14} aria-hidden />
        </Button>
      </Dropdown>
      <NewProduct open={making} onClose={() => setMaking(false)} />
    </>
  );
}
