import { Suspense, useEffect } from "react";
import { Outlet, useLocation, useParams } from "react-router";
import { Bones } from "../shared/page/Bones";
import { FaultBoundary } from "../shared/page/FaultBoundary";
import { forget } from "../shared/undo/undo";
import { keepProduct } from "./products";
import { ShellFrame } from "./ShellFrame";

/** Shell is the frame around every page: a bug or a load in the page stays inside the sheet. */
export function Shell() {
  const { product } = useParams();
  const { pathname } = useLocation();
  useEffect(() => {
    forget();
    if (product) keepProduct(product);
  }, [product]);
  return (
    <ShellFrame>
      <FaultBoundary resetKey={pathname}>
        <Suspense fallback={<Bones />}>
          <Outlet />
        </Suspense>
      </FaultBoundary>
    </ShellFrame>
  );
}
