import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense } from "react";
import { BrowserRouter } from "react-router";
import { makeQueryClient } from "../shared/api/query";
import { Bones } from "../shared/page/Bones";
import { ThemeProvider } from "../shared/theme/ThemeProvider";
import { Gate } from "./Gate";

const client = makeQueryClient();

export function App() {
  return (
    <QueryClientProvider client={client}>
      <ThemeProvider>
        <BrowserRouter>
          <Suspense fallback={<Bones />}>
            <Gate />
          </Suspense>
        </BrowserRouter>
      </ThemeProvider>
    </QueryClientProvider>
  );
}
