package spec_test

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"zhuomo/internal/spec"
)

func TestMistakesInYAMLAreToldInBothLanguages(t *testing.T) {
	var into struct {
		Name  string
		Count int
		Share float64
		On    bool
		Items []string
		Inner struct{ A string }
	}
	for source, want := range map[string]struct {
		line   int
		zh, en string
	}{
		"name: a\nnmae: b\n":       {2, "不认识的字段 nmae", "unknown field nmae"},
		"name: a\nname: b\n":       {2, "name 写了两次", "name stands twice, first in line 1"},
		"count: many\n":            {1, "应为整数", "an integer"},
		"share: much\n":            {1, "应为数字", "a number"},
		"on: perhaps\n":            {1, "应为 true 或 false", "true or false"},
		"name: a\nitems: {a: b}\n": {2, "应为列表", "a list"},
		"inner: a\n":               {1, "名字: 内容", "name: value"},
		"items:\n  - [\n":          {2, "没有配对的 ]", "has no ]"},
		"inner: {a: b\n":           {1, "没有配对的 }", "has no }"},
		"name: \"a\n":              {1, "引号没有配对", "no partner"},
		"inner:\n\ta: b\n":         {2, "制表符", "not tabs"},
		"name: a: b\n":             {1, "冒号", "colon"},
		"- a\n":                    {1, "名字: 内容", "name: value"},
	} {
		err := yaml.NewDecoder(strings.NewReader(source), yaml.Strict()).Decode(&into)
		if err == nil {
			t.Errorf("%q was read", source)
			continue
		}
		line, column, problem := spec.YAMLMistake(err)
		if line != want.line || column < 1 || !strings.Contains(problem.ZH, want.zh) || !strings.Contains(problem.EN, want.en) {
			t.Errorf("%q: %d:%d %+v (said: %q)", source, line, column, problem, strings.SplitN(err.Error(), "\n", 2)[0])
		}
	}
}
