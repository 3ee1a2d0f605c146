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
			if !ok || !isClosure || selected.Sel.Name != "Write" && selected.Sel.Name != "WriteSure" {
				return true
			}
			closures++
			for _, found := range addedBeforeSet(closure) {
				t.Errorf("%s: the closure adds to %s, which it has not set: run again it adds twice", fset.Position(found.Pos()), found.Name)
			}
			for _, found := range replacedAndRead(closure) {
				t.Errorf("%s: on some ways the closure replaces %s, which it also takes as it came from outside: run again it takes what it left", fset.Position(found.Pos()), found.Name)
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

// replacedAndRead finds variables from outside that a closure replaces inside one
// step, not on every way through, and reads in another step before it has set them.
func replacedAndRead(closure *ast.FuncLit) (found []*ast.Ident) {
	outside := func(id *ast.Ident) bool {
		return id.Obj != nil && id.Obj.Kind == ast.Var && (id.Obj.Pos() < closure.Pos() || id.Obj.Pos() >= closure.End()) && id.Name != "err"
	}
	first := func(stmt ast.Stmt) ast.Stmt { // what a step does in any case
		if s, ok := stmt.(*ast.IfStmt); ok && s.Init != nil {
			return s.Init
		}
		return stmt
	}
	replaced, set := map[*ast.Object]int{}, map[*ast.Object]bool{}
	whole := map[*ast.Ident]bool{} // idents that stand left of = by themselves
	for step, stmt := range closure.Body.List {
		ast.Inspect(stmt, func(n ast.Node) bool {
			s, ok := n.(*ast.AssignStmt)
			if !ok || s.Tok != token.ASSIGN {
				return true
			}
			for _, left := range s.Lhs {
				if id, ok := left.(*ast.Ident); ok && outside(id) {
					whole[id] = true
					if ast.Stmt(s) != first(stmt) {
						replaced[id.Obj] = step + 1
					}
				}
			}
			return true
		})
	}
	for step, stmt := range closure.Body.List {
		if s, ok := first(stmt).(*ast.AssignStmt); ok && s.Tok == token.ASSIGN {
			for _, left := range s.Lhs {
				if id, ok := left.(*ast.Ident); ok && outside(id) {
					set[id.Obj] = true
				}
			}
		}
		ast.Inspect(stmt, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if ok && outside(id) && !whole[id] && !set[id.Obj] && replaced[id.Obj] > 0 && replaced[id.Obj] != step+1 {
				found = append(found, id)
				set[id.Obj] = true // told once
			}
			return true
		})
	}
	return found
}

func isAppend(call *ast.CallExpr) bool {
	name, ok := call.Fun.(*ast.Ident)
	return ok && name.Name == "append"
}
