package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// TestFaultsAreComplete walks every fault.Define in the sources: the code is
// unique and begins with its package, both languages are there, each with a
// fix, and both name the same values.
func TestFaultsAreComplete(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	err = fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && skippedDir.MatchString(d.Name()) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, filepath.Join(root, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !isDefine(call) || len(call.Args) != 3 {
				return true
			}
			checkFault(t, name, call, seen)
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) == 0 {
		t.Fatal("no fault found: the walk is broken")
	}
}

func isDefine(call *ast.CallExpr) bool {
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		x, ok := f.X.(*ast.Ident)
		return ok && x.Name == "fault" && f.Sel.Name == "Define"
	case *ast.Ident:
		return f.Name == "Define"
	}
	return false
}

var hole = regexp.MustCompile(`\{[a-z_0-9]+\}`)

func checkFault(t *testing.T, name string, call *ast.CallExpr, seen map[string]string) {
	t.Helper()
	code := text(call.Args[0])
	if !regexp.MustCompile(`^[a-z]+\.[a-z0-9_]+$`).MatchString(code) {
		t.Errorf("%s: fault code %q is not stage.what_is_wrong", name, code)
	}
	if other, twice := seen[code]; twice {
		t.Errorf("%s: fault code %q is also in %s", name, code, other)
	}
	seen[code] = name
	lit, ok := call.Args[2].(*ast.CompositeLit)
	if !ok {
		t.Errorf("%s: fault %s: write its text as a literal", name, code)
		return
	}
	texts := map[string]string{}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			texts[kv.Key.(*ast.Ident).Name] = text(kv.Value)
		}
	}
	for _, key := range []string{"ZH", "FixZH", "EN", "FixEN"} {
		if strings.TrimSpace(texts[key]) == "" {
			t.Errorf("%s: fault %s has no %s", name, code, key)
		}
	}
	if !strings.ContainsFunc(texts["ZH"]+texts["FixZH"], func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		t.Errorf("%s: fault %s: its Chinese is not Chinese", name, code)
	}
	for _, v := range hole.FindAllString(texts["EN"], -1) {
		if !strings.Contains(texts["ZH"], v) {
			t.Errorf("%s: fault %s: %s is missing in Chinese", name, code, v)
		}
	}
}

// text joins a string literal, or literals added together.
func text(e ast.Expr) string {
	switch v := e.(type) {
	case *ast.BasicLit:
		s, _ := strconv.Unquote(v.Value)
		return s
	case *ast.BinaryExpr:
		return text(v.X) + text(v.Y)
	}
	return ""
}
