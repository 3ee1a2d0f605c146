package clean_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zhuomo/clean"
	"zhuomo/dataset"
)

// TestHostileRows: a long message of one pattern must not stop the program.
func TestHostileRows(t *testing.T) {
	t.Parallel()
	p := plan(t, clean.StandardRecipe(), chatSchema)
	for _, unit := range []string{"&amp;", "amp;", "<b", "<<b>b>", "<!--", "<script>", "好(hǎo)", "好(", "\"好", " 好", "，", "\u200b", "a ", "1,", "好,", "系统提示：", "发自我的", "\n--\n", "1万", "壹仟", "2026年1月", "13812345678 "} {
		text := strings.Repeat(unit, 1<<16/len(unit))
		rows := []dataset.Row{{ID: "a", Values: []string{"1", "客服", text}}, {ID: "b", Values: []string{"1", "客服", text + "好"}}, {ID: "c", Values: []string{"2", "客服", text}}, {ID: "d", Values: []string{"2", "客服", "x" + text}}}
		began := time.Now()
		if _, err := p.Preview(t.Context(), rows); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("four rows of %q took %v", unit, took)
		}
	}
}

// TestHostileRecipes: a recipe file must not stop the program either.
func TestHostileRecipes(t *testing.T) {
	t.Parallel()
	bomb := "name: x\nsteps:\n  - use: clean.width.v1\n    with:\n      a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 9; i++ {
		bomb += fmt.Sprintf("      a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	for name, source := range map[string]string{
		"aliases of aliases": bomb,
		"deep nesting":       "name: x\nsteps: " + strings.Repeat("[", 50_000),
		"deep maps":          "name: x\nsteps:\n  - with: " + strings.Repeat("{a: ", 20_000),
		"deep lists":         "name: x\nsteps: " + strings.Repeat("- ", 50_000),
		"deep indents":       "name: x\nsteps:\n" + indents(300),
		"a long line":        "name: " + strings.Repeat("长", 60_000),
	} {
		began := time.Now()
		_, _, err := clean.Resolve(t.Context(), []byte(source), operators(), nil)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s took %v", name, took)
		}
		if err == nil && name != "a long line" {
			t.Errorf("%s: accepted", name)
		}
	}
}

func indents(n int) string {
	var out strings.Builder
	for i := range n {
		out.WriteString(strings.Repeat(" ", i+1) + "a:\n")
	}
	return out.String()
}
