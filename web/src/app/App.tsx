import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { Suspense } from "react";
import { BrowserRouter } from "react-router";
import { Bones } from "../shared/page/Bones";
import { ThemeProvider } from "../shared/theme/ThemeProvider";
import { Gate } from "./Gate";

export function App({ client }: { client: QueryClient }) {
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
