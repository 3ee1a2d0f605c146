import { useInfiniteQuery, type QueryKey } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";

interface ListPage<T> {
  items: T[];
  next?: string;
}

/**
 * useCursorList reads a list page by page, as far as somebody scrolls: rows are all that is here,
 * more() reads on. It is also a query for Faces.
 *
 *	const list = useCursorList(["serve", product, "turns"], (cursor, signal) =>
 *	  ask(api.GET("/api/v1/products/{product}/turns", { signal, params: { path: { product }, query: { cursor, limit: 200 } } })));
 */
export function useCursorList<T>(queryKey: QueryKey, page: (cursor: string | undefined, signal: AbortSignal) => Promise<ListPage<T>>) {
  const query = useInfiniteQuery({
    queryKey,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => page(pageParam, signal),
    getNextPageParam: (last) => last.next,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((p) => p.items) ?? [], [query.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return {
    rows,
    more,
    hasMore: hasNextPage,
    query: { data: query.data && rows, error: query.error, refetch: query.refetch, isFetching: query.isFetching } as {
      data: T[] | undefined;
      error: Error | null;
      refetch: () => Promise<never>;
      isFetching: boolean;
    },
  };
}
