package tune_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
	"zhuomo/tune"
)

func TestAJournalKeepsOneOrder(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		desks := []*tune.Service{desk(t, d, noon()), desk(t, d, noon())}
		const writers, each = 4, 12
		var wait sync.WaitGroup
		firsts := make([][]int, writers)
		for w := range writers {
			wait.Go(func() {
				for i := range each {
					key, lines := fmt.Sprintf("%d-%d", w, i), []string{fmt.Sprintf("%d %d a", w, i), fmt.Sprintf("%d %d b", w, i)}
					first, err := desks[w%2].Append(t.Context(), "p", "j", key, lines)
					again, err2 := desks[(w+1)%2].Append(t.Context(), "p", "j", key, lines)
					if err != nil || err2 != nil || again != first {
						t.Errorf("append: %d, %v; again: %d, %v", first, err, again, err2)
						return
					}
					firsts[w] = append(firsts[w], first)
				}
			})
		}
		wait.Wait()
		lines, more, err := desks[0].Lines(t.Context(), "p", "j", 0, 1000)
		if err != nil || more || len(lines) != 2*writers*each {
			t.Fatalf("%d lines, %v", len(lines), err)
		}
		for i, l := range lines {
			if l.Number != i {
				t.Fatalf("line %d has number %d", i, l.Number)
			}
		}
		for w := range writers {
			for i, first := range firsts[w] {
				want := []tune.Line{{Number: first, Line: fmt.Sprintf("%d %d a", w, i)}, {Number: first + 1, Line: fmt.Sprintf("%d %d b", w, i)}}
				if !reflect.DeepEqual(lines[first:first+2], want) {
					t.Errorf("at %d: %v, want %v", first, lines[first:first+2], want)
				}
			}
		}
		if tail, more, err := desks[1].Lines(t.Context(), "p", "j", 90, 4); err != nil || !more || len(tail) != 4 || tail[0].Number != 90 {
			t.Errorf("from 90: %v, %v", tail, err)
		}
		if other, _, err := desks[1].Lines(t.Context(), "q", "j", 0, 4); err != nil || len(other) != 0 {
			t.Errorf("of another product: %v, %v", other, err)
		}
		for _, bad := range []string{"two\nlines", "a\x00b", strings.Repeat("x", 1<<20+1)} {
			if _, err := desks[0].Append(t.Context(), "p", "j", "", []string{"fine", bad}); !errors.Is(err, tune.BadLine) {
				t.Errorf("%.10q: %v", bad, err)
			}
		}
		if after, _, err := desks[0].Lines(t.Context(), "p", "j", 2*writers*each, 4); err != nil || len(after) != 0 {
			t.Errorf("a part of what was refused is there: %v, %v", after, err)
		}
	})
}

// TestAPageOfLongLinesIsCut reads a journal page by page: none is larger than sixteen
// lines of the longest, and together they are all lines.
func TestAPageOfLongLinesIsCut(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := desk(t, d, noon())
		long := strings.Repeat("x", 1<<20)
		for i := range 3 {
			if _, err := s.Append(t.Context(), "p", "j", fmt.Sprint(i), slices.Repeat([]string{long}, 7)); err != nil {
				t.Fatal(err)
			}
		}
		first, more, err := s.Lines(t.Context(), "p", "j", 0, 1000)
		if err != nil || !more || len(first) != 16 {
			t.Fatalf("the first page has %d lines, more %v, %v", len(first), more, err)
		}
		rest, more, err := s.Lines(t.Context(), "p", "j", 16, 1000)
		if err != nil || more || len(rest) != 5 || rest[0].Number != 16 {
			t.Errorf("the second page has %d lines, more %v, %v", len(rest), more, err)
		}
	})
}
