import { Button, type ButtonProps } from "antd";
import type { Action } from "./actions";
import { showKeys } from "./chord";
import { useKeyOf } from "./useKeyOf";

/** ActionButton is the button of an action: its words, its key, off when it cannot be done now. */
export function ActionButton({ action, ...rest }: { action: Action } & Omit<ButtonProps, "onClick" | "children" | "action">) {
  const key = useKeyOf()(action);
  return (
    <Button disabled={action.when ? !action.when() : false} {...rest} onClick={() => action.run()} aria-keyshortcuts={key || undefined}>
      {action.words}
      {key && <kbd aria-hidden>{showKeys(key)}</kbd>}
    </Button>
  );
}
