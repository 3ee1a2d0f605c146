package db

// Waiting is how many items of g have not been taken up.
func Waiting[T any](g *Gather[T]) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.queue)
}
