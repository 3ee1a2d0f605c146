import { Input } from "antd";
import { useNavigate } from "react-router";
import { Empty } from "../../shared/page/Empty";
import { Page } from "../../shared/page/Page";
import { useProduct } from "../../shared/api/useProduct";
import { useWords } from "../../shared/words/useWords";
import css from "./thread.module.css";

/** FindPage takes the id of a turn or a row, or file:record, for who did not come by T. */
export function FindPage() {
  const w = useWords("thread");
  const go = useNavigate();
  const product = useProduct();
  return (
    <Page title={w("title")}>
      <Empty
        text={w("empty")}
        link={{ to: `/${product}/release/turns`, words: w("to_turns") }}
        act={<Input.Search className={css["find"]!} aria-label={w("find")} placeholder={w("find")} enterButton={w("find_do")} onSearch={(id) => id.trim() && void go(encodeURIComponent(id.trim()))} />}
      />
    </Page>
  );
}
