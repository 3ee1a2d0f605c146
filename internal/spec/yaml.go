package spec

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// DecodeYAML reads strict YAML into a value. The library panics on some tags that
// mean nothing; a text that somebody wrote must not end in that.
func DecodeYAML(text []byte, into any) (err error) {
	defer notPanicking(&err)
	return yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(into)
}

// DecodeYAMLNode is DecodeYAML for a part of a parsed text.
func DecodeYAMLNode(node ast.Node, into any) (err error) {
	defer notPanicking(&err)
	return yaml.NodeToValue(node, into, yaml.Strict())
}

func notPanicking(err *error) {
	if p := recover(); p != nil {
		*err = errTag
	}
}

var errTag = errors.New("unreadable tag")

// YAMLMistake tells where a YAML reader stopped, from 1, and what is wrong there.
// An error that is none of its own stands at 1:1 with its text.
func YAMLMistake(err error) (line, column int, problem Text) {
	var y yaml.Error
	if !errors.As(err, &y) || y.GetToken() == nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return 1, 1, yamlProblem(yamlPosition.ReplaceAllString(first, ""))
	}
	at := y.GetToken().Position
	return at.Line, at.Column, yamlProblem(y.GetMessage())
}

var yamlPosition = regexp.MustCompile(`^\[\d+:\d+\] `)

// yamlProblems gives the messages of the YAML reader that people meet in both
// languages; $1 … stand for what the pattern caught.
var yamlProblems = []struct {
	said   *regexp.Regexp
	zh, en string
}{
	{regexp.MustCompile(`^unreadable tag$`), `有以 ! 开头的标记，读不懂；去掉它，或给它后面的内容加引号`, `a tag beginning with ! cannot be read; leave it out, or quote what stands there`},
	{regexp.MustCompile(`^unknown field "(.*)"$`), `不认识的字段 $1`, `unknown field $1`},
	{regexp.MustCompile(`^mapping key "(.*)" already defined at \[(\d+):(\d+)\]$`), `$1 写了两次，前一处在第 $2 行`, `$1 stands twice, first in line $2`},
	{regexp.MustCompile(`^cannot unmarshal (.*?)into Go (?:struct field .*|value )of type u?int\d*.*$`), `这里应为整数`, `expected an integer here`},
	{regexp.MustCompile(`^cannot unmarshal (.*?)into Go (?:struct field .*|value )of type float\d*.*$`), `这里应为数字`, `expected a number here`},
	{regexp.MustCompile(`^cannot unmarshal (.*?)into Go (?:struct field .*|value )of type bool$`), `这里应为 true 或 false`, `expected true or false here`},
	{regexp.MustCompile(`^cannot unmarshal (.*?)into Go (?:struct field .*|value )of type \*?string$`), `这里应为文字`, `expected text here`},
	{regexp.MustCompile(`^cannot unmarshal (.*?)into Go (?:struct field .*|value )of type \[\].*$`), `这里应为列表（每项一行，以 - 开头）`, `expected a list here, one item a line after -`},
	{regexp.MustCompile(`^(?:string|sequence|.* was used where mapping is expected|cannot unmarshal .*into Go (?:struct field .*|value )of type .*)$`), `这里应为“名字: 内容”`, `expected name: value here`},
	{regexp.MustCompile(`^.* was used where sequence is expected$`), `这里应为列表（每项一行，以 - 开头）`, `expected a list here, one item a line after -`},
	{regexp.MustCompile(`^(?:sequence end token '\]' not found|',' or '\]' must be specified)$`), `方括号 [ 没有配对的 ]`, `the bracket [ has no ]`},
	{regexp.MustCompile(`^(?:could not find flow map.*|',' or '\}' must be specified)$`), `花括号 { 没有配对的 }`, `the brace { has no }`},
	{regexp.MustCompile(`^could not find '(.)' character corresponding to '(.)'$`), `$2 前面没有 $1`, `$2 has no $1 before it`},
	{regexp.MustCompile(`^could not find end character of (?:single|double)-quoted text$`), `引号没有配对`, `a quotation mark has no partner`},
	{regexp.MustCompile(`tab character|'\t'`), `缩进要用空格，不能用制表符`, `indent with spaces, not tabs`},
	{regexp.MustCompile(`^(?:unexpected key name|non-map value is specified|expected map key-value delimiter ':'|could not find map.*|undefined map key|value is not allowed in this context.*|mapping value is not allowed in this context|map key definition includes.*)$`), `缩进或冒号不对：应为“名字: 内容”，内容里有冒号时加引号`, `wrong indent or colon: expected name: value; quote a value that holds a colon`},
	{regexp.MustCompile(`^block sequence entries are not allowed in this context$`), `列表的 - 不该出现在这里，检查缩进`, `no list item can stand here; check the indent`},
}

// yamlProblem tells a message of the YAML reader in both languages.
func yamlProblem(said string) Text {
	for _, p := range yamlProblems {
		if m := p.said.FindStringSubmatchIndex(said); m != nil {
			return Text{ZH: string(p.said.ExpandString(nil, p.zh, said, m)), EN: string(p.said.ExpandString(nil, p.en, said, m))}
		}
	}
	return Text{ZH: "YAML 写法有误（" + said + "）", EN: said}
}

// YAMLPlace tells where in the source a YAML path stands: $.labels[2].id is
// labels[2].id (7:5), line and column from 1.
func YAMLPlace(source []byte, path string) string {
	name := strings.TrimPrefix(path, "$.")
	file, err := parser.ParseBytes(source, 0)
	if err != nil {
		return name
	}
	p, err := yaml.PathString(path)
	if err != nil {
		return name
	}
	node, err := p.FilterFile(file)
	if err != nil || node == nil || node.GetToken() == nil {
		return name
	}
	at := node.GetToken().Position
	return fmt.Sprintf("%s (%d:%d)", name, at.Line, at.Column)
}
