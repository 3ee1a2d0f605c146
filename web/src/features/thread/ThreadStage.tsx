import { Route, Routes } from "react-router";
import { FindPage } from "./FindPage";
import { ThreadPage } from "./ThreadPage";

/** ThreadStage is the way from an answer to its raw lines and back. */
export function ThreadStage() {
  return (
    <Routes>
      <Route index element={<FindPage />} />
      <Route path=":id" element={<ThreadPage />} />
    </Routes>
  );
}
