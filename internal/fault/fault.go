// Package fault makes errors that a person can act on: a stable code for
// programs, a message and a remedy in Chinese and English for people, and a
// kind from which the HTTP status and the exit code follow.
//
// A stage declares its faults as data in faults.go:
//
//	var RowTooLong = fault.Define("dataset.row_too_long", fault.Invalid, fault.Text{
//		ZH: "第 {record} 条记录有 {bytes} 字节", FixZH: "…", EN: "…", FixEN: "…",
//	})
//
// and returns RowTooLong.With("record", n, "bytes", size). Callers test with
// errors.Is(err, dataset.RowTooLong).
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says who has to act on a fault.
type Kind int

const (
	Invalid  Kind = iota + 1 // the input is wrong: the caller mends it
	NotFound                 // the named thing is not there
	Conflict                 // somebody else was faster, or the state forbids it
	Denied                   // this person may not do it
	Busy                     // try again later
	Broken                   // we are wrong: the person on duty reads the log
)

// Status is the HTTP status of the kind.
func (k Kind) Status() int {
	return [...]int{500, 422, 404, 409, 403, 503, 500}[k]
}

// ExitCode is the process exit code of the kind: 2 wrong input, 3 not found,
// 4 conflict, 5 denied, 6 busy, 1 broken.
func (k Kind) ExitCode() int {
	return [...]int{1, 2, 3, 4, 5, 6, 1}[k]
}

// String is the kind's stable lower-case name.
func (k Kind) String() string {
	return [...]string{"broken", "invalid", "not_found", "conflict", "denied", "busy", "broken"}[k]
}

// Text is what people read. {name} stands for the value given to With.
type Text struct {
	ZH, FixZH string
	EN, FixEN string
}

// Definition is one declared fault. It is itself an error without values, so
// that errors.Is can look for it.
type Definition struct {
	Code string // stage.what_is_wrong, never changed once released
	Kind Kind
	Text Text
}

// Define declares a fault. It registers nothing; a test reads the sources and
// checks that codes are unique and both languages complete.
func Define(code string, kind Kind, text Text) *Definition {
	return &Definition{Code: code, Kind: kind, Text: text}
}

// Error is the English message with its holes open.
func (d *Definition) Error() string { return d.Code + ": " + d.Text.EN }

// With makes a fault from name, value pairs that fill the text. A value that has
// a method In(lang string) string, such as spec.Text, is told in the language of
// the text.
func (d *Definition) With(pairs ...any) *Fault {
	f := &Fault{Def: d, Values: make(map[string]any, len(pairs)/2)}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Values[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return f
}

// Fault is a definition filled with what happened here.
type Fault struct {
	Def    *Definition
	Values map[string]any
	Field  string // the input field at fault, or ""
	Cause  error  // for the log, never shown to users
}

// At names the input field at fault.
func (f *Fault) At(field string) *Fault { f.Field = field; return f }

// Because keeps the error underneath for the log.
func (f *Fault) Because(cause error) *Fault { f.Cause = cause; return f }

// Error is the English message, for logs and tests.
func (f *Fault) Error() string {
	s := f.Def.Code + ": " + fill(f.Def.Text.EN, f.Values, "en")
	if f.Cause != nil {
		s += ": " + f.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// Is reports whether target is this fault's definition.
func (f *Fault) Is(target error) bool { return target == error(f.Def) }

// Message is what happened, in lang ("zh" or "en").
func (f *Fault) Message(lang string) string {
	if lang == "en" {
		return fill(f.Def.Text.EN, f.Values, lang)
	}
	return fill(f.Def.Text.ZH, f.Values, "zh")
}

// Fix is what to do about it, in lang ("zh" or "en").
func (f *Fault) Fix(lang string) string {
	if lang == "en" {
		return fill(f.Def.Text.FixEN, f.Values, lang)
	}
	return fill(f.Def.Text.FixZH, f.Values, "zh")
}

// Internal stands for every error that nobody declared; its cause goes to the
// log and only the request id reaches the user.
var Internal = Define("internal.broken", Broken, Text{
	ZH: "程序内部出错", FixZH: "请把请求编号交给管理员，日志里有详情",
	EN: "something broke inside the program", FixEN: "give the request id to the administrator; the log has the details",
})

// Of finds the fault in err, or wraps err as Internal. A bare definition
// counts as a fault without values. nil stays nil.
func Of(err error) *Fault {
	if err == nil {
		return nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	var d *Definition
	if errors.As(err, &d) {
		return d.With().Because(err)
	}
	return Internal.With().Because(err)
}

// fill replaces each {name} by its value; unknown names stay as they are.
func fill(text string, values map[string]any, lang string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, 2*len(values))
	for name, value := range values {
		said := fmt.Sprint(value)
		if v, both := value.(interface{ In(lang string) string }); both {
			said = v.In(lang)
		}
		pairs = append(pairs, "{"+name+"}", said)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
