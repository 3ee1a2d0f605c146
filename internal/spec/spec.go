// Package spec is how a component describes itself: its name, what it does in
// two languages, and its parameters with type, range and default. Forms, command
// line help, recipe checks, tuning dials and reference pages are made from it.
package spec

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"zhuomo/internal/fault"
)

// Text is one text in both languages.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// In gives the text in lang ("zh" or "en").
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.ZH
}

// Mistake reads "english | 中文", said of a place in a file such as a name; a text
// without a bar is the same in both. place may be "".
func Mistake(place, said string) Text {
	en, zh, both := strings.Cut(said, " | ")
	if !both {
		zh = en
	}
	if place == "" {
		return Text{ZH: zh, EN: en}
	}
	return Text{ZH: place + "：" + zh, EN: place + ": " + en}
}

// Spec describes one component.
type Spec struct {
	Name   string  `json:"name"` // stage.name.vN, for example clean.width.v1
	Title  Text    `json:"title"`
	Help   Text    `json:"help"`
	Params []Param `json:"params"`
}

// Kind is the type of a parameter.
type Kind string

const (
	Int     Kind = "int"
	Float   Kind = "float"
	Bool    Kind = "bool"
	String  Kind = "string"
	Choice  Kind = "choice"  // one of Choices
	Strings Kind = "strings" // a list of texts; of Choices when there are any
)

// Param describes one parameter.
type Param struct {
	Name    string   `json:"name"`
	Kind    Kind     `json:"kind"`
	Title   Text     `json:"title"`
	Help    Text     `json:"help"`
	Default any      `json:"default"`        // of the Go type that Kind implies: int, float64, bool, string, []string
	Min     float64  `json:"min"`            // numbers: smallest allowed, inclusive
	Max     float64  `json:"max"`            // numbers: largest allowed, inclusive
	Log     bool     `json:"log,omitempty"`  // numbers: search on a logarithmic scale
	Tune    bool     `json:"tune,omitempty"` // worth searching by default
	Unit    string   `json:"unit,omitempty"`
	Choices []string `json:"choices,omitempty"`
}

// Values are parameters after Fill: every declared name is present, with its
// declared Go type and in range.
type Values map[string]any

// Int, Float, Bool, String and Strings read one filled value. Asking for a
// name that the Spec does not declare, or by the wrong type, is a bug.
func (v Values) Int(name string) int          { return v[name].(int) }
func (v Values) Float(name string) float64    { return v[name].(float64) }
func (v Values) Bool(name string) bool        { return v[name].(bool) }
func (v Values) String(name string) string    { return v[name].(string) }
func (v Values) Strings(name string) []string { return v[name].([]string) }

var (
	UnknownParam = fault.Define("spec.unknown_param", fault.Invalid, fault.Text{
		ZH: "「{component}」没有参数「{param}」", FixZH: "可用的参数：{known}",
		EN: "{component} has no parameter {param}", FixEN: "its parameters are: {known}",
	})
	WrongType = fault.Define("spec.wrong_type", fault.Invalid, fault.Text{
		ZH: "「{component}」的参数「{param}」是 {got}，应为 {kind}", FixZH: "改成 {kind} 类型的值",
		EN: "parameter {param} of {component} is {got}, it should be {kind}", FixEN: "give a value of kind {kind}",
	})
	OutOfRange = fault.Define("spec.out_of_range", fault.Invalid, fault.Text{
		ZH: "「{component}」的参数「{param}」是 {got}，超出 {range}", FixZH: "改成 {range} 之内的值",
		EN: "parameter {param} of {component} is {got}, outside {range}", FixEN: "choose a value within {range}",
	})
)

// Fill checks given against the declared parameters and adds the defaults. It
// accepts what JSON and YAML decoders make (float64 or int for numbers, []any
// for lists). Faults: UnknownParam, WrongType, OutOfRange.
func (s Spec) Fill(given map[string]any) (Values, error) {
	filled := make(Values, len(s.Params))
	for name := range given {
		if !slices.ContainsFunc(s.Params, func(p Param) bool { return p.Name == name }) {
			return nil, UnknownParam.With("component", s.Name, "param", name, "known", strings.Join(s.names(), ", ")).At(name)
		}
	}
	for _, p := range s.Params {
		value, set := given[p.Name]
		if !set || value == nil {
			filled[p.Name] = p.Default
			continue
		}
		typed, ok := p.typed(value)
		if !ok {
			return nil, WrongType.With("component", s.Name, "param", p.Name, "got", fmt.Sprintf("%v", value), "kind", p.Kind).At(p.Name)
		}
		if !p.allows(typed) {
			return nil, OutOfRange.With("component", s.Name, "param", p.Name, "got", fmt.Sprintf("%v", value), "range", p.Range()).At(p.Name)
		}
		filled[p.Name] = typed
	}
	return filled, nil
}

// Parse reads parameters as people type them, name=value; lists are separated by
// commas. Fill checks the outcome. Faults: UnknownParam, WrongType.
func (s Spec) Parse(typed []string) (map[string]any, error) {
	given := map[string]any{}
	for _, pair := range typed {
		name, value, _ := strings.Cut(pair, "=")
		at := slices.IndexFunc(s.Params, func(p Param) bool { return p.Name == name })
		if at < 0 {
			return nil, UnknownParam.With("component", s.Name, "param", name, "known", strings.Join(s.names(), ", ")).At(name)
		}
		var err error
		switch p := s.Params[at]; p.Kind {
		case Int, Float:
			given[name], err = strconv.ParseFloat(value, 64)
		case Bool:
			given[name], err = strconv.ParseBool(value)
		case Strings:
			given[name] = strings.Split(value, ",")
		default:
			given[name] = value
		}
		if err != nil {
			return nil, WrongType.With("component", s.Name, "param", name, "got", value, "kind", s.Params[at].Kind).At(name)
		}
	}
	return given, nil
}

// Range tells the allowed values in words that need no translation.
func (p Param) Range() string {
	switch p.Kind {
	case Int, Float:
		return fmt.Sprintf("%v … %v", p.Min, p.Max)
	case Choice, Strings:
		return strings.Join(p.Choices, " | ")
	}
	return string(p.Kind)
}

func (s Spec) names() []string {
	names := make([]string, len(s.Params))
	for i, p := range s.Params {
		names[i] = p.Name
	}
	return names
}

// typed converts a decoded value to the Go type of the kind.
func (p Param) typed(value any) (any, bool) {
	switch p.Kind {
	case Int:
		n, ok := number(value)
		return int(n), ok && n == math.Trunc(n) && math.Abs(n) < 1<<53
	case Float:
		n, ok := number(value)
		return n, ok && !math.IsNaN(n)
	case Bool:
		b, ok := value.(bool)
		return b, ok
	case String, Choice:
		s, ok := value.(string)
		return s, ok
	case Strings:
		return texts(value)
	}
	return nil, false
}

func (p Param) allows(value any) bool {
	switch v := value.(type) {
	case int:
		return float64(v) >= p.Min && float64(v) <= p.Max
	case float64:
		return v >= p.Min && v <= p.Max
	case string:
		return p.Kind != Choice || slices.Contains(p.Choices, v)
	case []string:
		return len(p.Choices) == 0 || !slices.ContainsFunc(v, func(s string) bool { return !slices.Contains(p.Choices, s) })
	}
	return true
}

func number(value any) (float64, bool) {
	switch n := value.(type) {
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case uint64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

func texts(value any) ([]string, bool) {
	switch list := value.(type) {
	case []string:
		return list, true
	case []any:
		out := make([]string, len(list))
		for i, item := range list {
			s, ok := item.(string)
			if !ok {
				return nil, false
			}
			out[i] = s
		}
		return out, true
	}
	return nil, false
}
