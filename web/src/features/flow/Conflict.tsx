import { Button, Modal } from "antd";
import { useWords } from "../../shared/words/useWords";
import { BothTexts } from "./BothTexts";
import css from "./flow.module.css";

/** Conflict shows both texts when somebody else saved in between; nothing is lost whichever is taken. */
export function Conflict({ theirs, mine, by, onMine, onTheirs, onClose }: { theirs: string; mine: string; by: string; onMine: () => void; onTheirs: () => void; onClose: () => void }) {
  const w = useWords("flow");
  return (
    <Modal
      open
      width={960}
      title={w("conflict", { by })}
      onCancel={onClose}
      footer={
        <>
          <Button onClick={onTheirs}>{w("conflict_theirs")}</Button>
          <Button type="primary" onClick={onMine}>
            {w("conflict_mine")}
          </Button>
        </>
      }
    >
      <div className={css["conflictHead"]}>
        <span>{w("conflict_left", { by })}</span>
        <span>{w("conflict_right")}</span>
      </div>
      <BothTexts left={theirs} right={mine} />
    </Modal>
  );
}
