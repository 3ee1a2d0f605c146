import { Navigate, Route, Routes } from "react-router";
import { First } from "./First";
import { New } from "./New";
import { Nowhere } from "./Nowhere";
import { Shell } from "./Shell";
import { home, jobs, loop, people, settingsPage, thread } from "./stages";

/** Router is every address of the workbench; what follows a stage belongs to its feature. */
export function Router() {
  return (
    <Routes>
      <Route index element={<First />} />
      <Route path="new" element={<New />} />
      <Route element={<Shell />}>
        <Route path="people/*" element={<people.page />} />
        <Route path="settings/*" element={<settingsPage.page />} />
        <Route path="jobs/*" element={<jobs.page />} />
        <Route path=":product">
          <Route index element={<home.page />} />
          {[...loop, thread].map((s) => (
            <Route key={s.id} path={`${s.id}/*`} element={<s.page />} />
          ))}
          <Route path="*" element={<Nowhere />} />
        </Route>
      </Route>
      <Route path="*" element={<Navigate to="/" replace />} />
    </Routes>
  );
}
