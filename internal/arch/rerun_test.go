package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestClosuresOfWritesBearToBeRunAgain looks into every closure that is given to
// db.Write: on PostgreSQL it may run several times, so what it adds to a variable
// from outside it must first have set.
func TestClosuresOfWritesBearToBeRunAgain(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	closures := 0
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
		file, err := parser.ParseFile(fset, filepath.Join(root, name), nil, 0) // resolves names within the file
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			selected, ok := call.Fun.(*ast.SelectorExpr)
			closure, isClosure := call.Args[1].(*ast.FuncLit)
			if !ok || !isClosure || selected.Sel.Name != "Write" {
				return true
			}
			closures++
			for _, found := range addedBeforeSet(closure) {
				t.Errorf("%s: the closure adds to %s, which it has not set: run again it adds twice", fset.Position(found.Pos()), found.Name)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if closures < 50 {
		t.Errorf("only %d closures found: the walk is broken", closures)
	}
}

// addedBeforeSet finds variables from outside that a closure counts up or appends
// to before it has given them a value.
func addedBeforeSet(closure *ast.FuncLit) (found []*ast.Ident) {
	set, always := map[any]bool{}, map[ast.Stmt]bool{} // always: on every way through the closure
	for _, s := range closure.Body.List {
		always[s] = true
	}
	outside := func(e ast.Expr) *ast.Ident { // the variable, or the one whose field or element it is
		for inner := true; inner; {
			switch x := e.(type) {
			case *ast.SelectorExpr:
				e = x.X
			case *ast.IndexExpr:
				e = x.X
			default:
				inner = false
			}
		}
		id, ok := e.(*ast.Ident)
		if !ok || id.Obj == nil || id.Obj.Kind != ast.Var {
			return nil
		}
		if at := id.Obj.Pos(); at >= closure.Pos() && at < closure.End() {
			return nil
		}
		return id
	}
	uses := func(e ast.Expr, obj *ast.Object) (yes bool) {
		ast.Inspect(e, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.Obj == obj {
				yes = true
			}
			return !yes
		})
		return yes
	}
	ast.Inspect(closure.Body, func(n ast.Node) bool {
		switch s := n.(type) {
		case *ast.IncDecStmt:
			if id := outside(s.X); id != nil && !set[id.Obj] {
				found = append(found, id)
			}
		case *ast.AssignStmt:
			for i, left := range s.Lhs {
				id := outside(left)
				if id == nil || set[id.Obj] {
					continue
				}
				from := s.Rhs[min(i, len(s.Rhs)-1)]
				if call, ok := from.(*ast.CallExpr); s.Tok != token.ASSIGN || ok && isAppend(call) && uses(call.Args[0], id.Obj) {
					found = append(found, id)
				} else if left == ast.Expr(id) && always[s] {
					set[id.Obj] = true
				}
			}
		}
		return true
	})
	return found
}

func isAppend(call *ast.CallExpr) bool {
	name, ok := call.Fun.(*ast.Ident)
	return ok && name.Name == "append"
}
