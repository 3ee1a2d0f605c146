// Package arch guards the shape of the house: which folder may lean on which,
// and the few habits that keep every file easy to read. The lists below are
// policy. Change them in a commit of their own, together with docs/map.md.
package arch

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// order lists the folders from the ground up, floor by floor. A folder may
// import folders that stand before it in the list, never those after it.
var order = strings.Fields(`
	internal/fault internal/spec internal/tracing internal/db internal/blob internal/outgoing internal/backup internal/jobs internal/api internal/testkit
	text dataset clean knowledge label learn tune evaluate track recommend dialog serve feedback
	people academy governance
	web examples internal/builtin internal/app bench cmd
	internal/arch`)

const maxLines = 600

var (
	vagueNames = strings.Fields("util utils common helper helpers misc lib pkg")
	skippedDir = regexp.MustCompile(`^([._].+|node_modules|vendor|dist|bin|testdata)$`)
	sourceFile = regexp.MustCompile(`\.(go|ts|tsx|css|sql)$`)
	generated  = regexp.MustCompile(`(?mi)^\W*(code generated .* do not edit|this file was auto-generated)`)
)

func TestShape(t *testing.T) {
	root, err := filepath.Abs("../..") // internal/arch -> module root
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems(t, root) {
		t.Error(p)
	}
}

// problems walks the module at root and returns one message per broken rule:
// "<file>[:line]: <what is wrong>\n\tfix: <how to mend it>".
func problems(t *testing.T, root string) (found []string) {
	t.Helper()
	report := func(where, what, fix string) {
		found = append(found, fmt.Sprintf("%s: %s\n\tfix: %s", where, what, fix))
	}
	module := regexp.MustCompile(`(?m)^module (\S+)`).FindSubmatch(read(t, root, "go.mod"))
	if module == nil {
		t.Fatalf("no module line in %s/go.mod", root)
	}
	prefix := string(module[1]) + "/"
	mapPage := read(t, root, "docs/map.md")

	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && skippedDir.MatchString(d.Name()):
			return fs.SkipDir
		case d.IsDir() && slices.Contains(vagueNames, d.Name()):
			report(name+"/", "a folder name that says nothing", "name it after the concept it holds, or move the code to its only user")
		case d.IsDir() && name != "." && !strings.Contains(name, "/"):
			if !regexp.MustCompile(`(?m)(^|[^\w/])` + regexp.QuoteMeta(name) + `/`).Match(mapPage) {
				report(name+"/", "a root folder that docs/map.md does not show", "add `"+name+"/` and one line to docs/map.md; keep run-time data in a dot folder")
			}
		case !d.IsDir() && sourceFile.MatchString(name):
			src := read(t, root, name)
			if generated.Match(src) {
				return nil
			}
			if n := bytes.Count(src, []byte("\n")); n > maxLines {
				report(name, fmt.Sprintf("%d lines, the limit is %d", n, maxLines), "split it by concept; put big tables in a data file read with go:embed")
			}
			if strings.HasSuffix(name, ".go") {
				checkGo(t, name, src, prefix, report)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// checkGo reports what one Go file breaks. prefix is the module path and "/".
func checkGo(t *testing.T, name string, src []byte, prefix string, report func(where, what, fix string)) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	at := func(n ast.Node) string { return fmt.Sprintf("%s:%d", name, fset.Position(n.Pos()).Line) }
	if pkg := strings.TrimSuffix(file.Name.Name, "_test"); slices.Contains(vagueNames, pkg) {
		report(name, "package "+pkg+" says nothing about what it holds", "name it after the concept it holds")
	}
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			report(at(f), "init() runs work at import time", "register components in internal/builtin, build state in a constructor called by internal/app")
		}
	}
	home, from := floor(path.Dir(name))
	if home < 0 {
		report(name, "folder "+path.Dir(name)+" is not in the order list", "add its root folder to order in internal/arch/shape_test.go and to docs/map.md")
		return
	}
	inTest := strings.HasSuffix(name, "_test.go") || isTestFolder(path.Dir(name))
	for _, imp := range file.Imports {
		full, _ := strconv.Unquote(imp.Path.Value)
		target, ours := strings.CutPrefix(full, prefix)
		if !ours {
			continue
		}
		rank, to := floor(target)
		switch {
		case isTestFolder(target) && !inTest:
			report(at(imp), "imports test support "+target, "only _test.go files and conformance suites may import it; move shared code into the stage itself")
		case rank > home && !(inTest && to == "internal/testkit"):
			report(at(imp), from+" imports "+to+", which comes later in the order",
				"declare the method you need as an interface in "+from+"/needs.go and join both sides in internal/app")
		}
	}
}

// floor returns the rank and name of the order entry that holds dir, or -1.
func floor(dir string) (rank int, entry string) {
	rank = slices.IndexFunc(order, func(e string) bool { return dir == e || strings.HasPrefix(dir, e+"/") })
	if rank < 0 {
		return rank, dir
	}
	return rank, order[rank]
}

// isTestFolder tells conformance suites (learn/learntest) and internal/testkit
// from the code that ships.
func isTestFolder(dir string) bool {
	return dir == "internal/testkit" || path.Base(dir) == path.Base(path.Dir(dir))+"test"
}

func read(t *testing.T, root, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatalf("the shape test needs %s: %v", name, err)
	}
	return b
}

// TestShapeNotices proves that the guard bites: one small broken tree per rule.
func TestShapeNotices(t *testing.T) {
	for want, files := range map[string]map[string]string{
		"":                      {"label/label.go": "package label\nimport _ \"m/dataset\"\n"},
		"comes later":           {"label/label.go": "package label\nimport _ \"m/tune/sampler\"\n"},
		"imports test support":  {"learn/learn.go": "package learn\nimport _ \"m/learn/learntest\"\n"},
		"at import time":        {"text/text.go": "package text\nfunc init() {}\n"},
		"the limit is 600":      {"text/text.go": "package text\n" + strings.Repeat("\n", 600)},
		"says nothing about":    {"text/text.go": "package common\n"},
		"a folder name that":    {"web/src/utils/x.ts": "export {}\n"},
		"not in the order list": {"text.go": "package zhuomo\n"},
		"does not show":         {"attic/readme.txt": ""},
	} {
		t.Run(want, func(t *testing.T) {
			root := t.TempDir()
			files["go.mod"] = "module m\n"
			files["docs/map.md"] = "`docs/` `text/` `label/` `learn/` `web/`\n"
			for name, body := range files {
				full := filepath.Join(root, name)
				if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(full, []byte(body), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got := problems(t, root)
			if want == "" && len(got) > 0 || want != "" && (len(got) != 1 || !strings.Contains(got[0], want)) {
				t.Errorf("got %q, want one problem with %q", got, want)
			}
		})
	}
}
