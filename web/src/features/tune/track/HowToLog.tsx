import { useProduct } from "../../../shared/api/useProduct";
import { Empty } from "../../../shared/page/Empty";
import { useWords } from "../../../shared/words/useWords";
import css from "../tune.module.css";

/** HowToLog tells, where nothing was logged yet, which two lines bring a program's runs here. */
export function HowToLog() {
  const w = useWords("tune");
  const product = useProduct();
  return (
    <Empty
      text={w("runs_empty")}
      act={
        <pre className={css["snippet"]} tabIndex={0}>
          {`export MLFLOW_TRACKING_URI=${location.origin}/mlflow/${product}\nexport MLFLOW_TRACKING_TOKEN=zm_…`}
        </pre>
      }
      link={{ to: "/settings/tokens", words: w("runs_token") }}
    />
  );
}
