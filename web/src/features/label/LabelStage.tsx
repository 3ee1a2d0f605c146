import { lazy } from "react";
import { Route, Routes } from "react-router";
import { QueuesPage } from "./QueuesPage";
import { StartPage } from "./StartPage";

const DeskPage = lazy(async () => ({ default: (await import("./desk/DeskPage")).DeskPage }));
const QualityPage = lazy(async () => ({ default: (await import("./quality/QualityPage")).QualityPage }));
const GuidelinePage = lazy(async () => ({ default: (await import("./guideline/GuidelinePage")).GuidelinePage }));
const ExamPage = lazy(async () => ({ default: (await import("./guideline/ExamPage")).ExamPage }));
const TasksPage = lazy(async () => ({ default: (await import("./TasksPage")).TasksPage }));
const MinePage = lazy(async () => ({ default: (await import("./MinePage")).MinePage }));
const SkipsPage = lazy(async () => ({ default: (await import("./SkipsPage")).SkipsPage }));
const AdoptPage = lazy(async () => ({ default: (await import("./adopt/AdoptPage")).AdoptPage }));
const GoldPage = lazy(async () => ({ default: (await import("./GoldPage")).GoldPage }));

/** LabelStage is labelling: queues, the desk, its quality, the guideline, the gold. */
export function LabelStage() {
  return (
    <Routes>
      <Route index element={<QueuesPage />} />
      <Route path="start" element={<StartPage />} />
      <Route path="start/quality" element={<StartPage quality />} />
      <Route path="guideline" element={<GuidelinePage />} />
      <Route path="guideline/exam" element={<ExamPage />} />
      <Route path="gold" element={<GoldPage />} />
      <Route path="adopt" element={<AdoptPage />} />
      <Route path="queues/:queue" element={<DeskPage />} />
      <Route path="queues/:queue/quality" element={<QualityPage />} />
      <Route path="queues/:queue/tasks" element={<TasksPage />} />
      <Route path="queues/:queue/mine" element={<MinePage />} />
      <Route path="queues/:queue/skips" element={<SkipsPage />} />
    </Routes>
  );
}
