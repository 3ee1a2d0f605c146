package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"zhuomo/internal/fault"
)

var spanOutside = fault.Define("test.span_outside", fault.Invalid, fault.Text{
	ZH: "片段 {start}–{end} 超出本行", FixZH: "重新选取",
	EN: "span {start}–{end} leaves the row", FixEN: "select again",
})

func TestAFaultKeepsItsCodeThroughWrapping(t *testing.T) {
	cause := errors.New("disk")
	err := fmt.Errorf("open row 7: %w", spanOutside.With("start", 3, "end", 9).At("span").Because(cause))
	if !errors.Is(err, spanOutside) || !errors.Is(err, cause) {
		t.Fatal("the definition or the cause was lost")
	}
	f := fault.Of(err)
	if got := f.Message("zh"); got != "片段 3–9 超出本行" {
		t.Errorf("zh message %q", got)
	}
	if got := f.Message("en"); got != "span 3–9 leaves the row" {
		t.Errorf("en message %q", got)
	}
	if f.Field != "span" || f.Fix("en") != "select again" || f.Fix("zh") != "重新选取" {
		t.Errorf("field %q fix %q", f.Field, f.Fix("en"))
	}
	if f.Def.Kind.Status() != 422 || f.Def.Kind.ExitCode() != 2 {
		t.Error("kind maps to the wrong numbers")
	}
}

// both stands for spec.Text, which knows this package.
type both struct{ zh, en string }

func (b both) In(lang string) string {
	if lang == "en" {
		return b.en
	}
	return b.zh
}

func TestAValueMayHaveBothLanguages(t *testing.T) {
	f := spanOutside.With("start", both{"开头", "the beginning"}, "end", 9)
	if zh, en := f.Message("zh"), f.Message("en"); zh != "片段 开头–9 超出本行" || en != "span the beginning–9 leaves the row" {
		t.Errorf("got %q and %q", zh, en)
	}
	if got := f.Error(); got != "test.span_outside: span the beginning–9 leaves the row" {
		t.Errorf("the log says %q", got)
	}
}

func TestAnUnknownErrorBecomesInternalAndHidesItsText(t *testing.T) {
	f := fault.Of(errors.New("row text: 13900000000"))
	if f.Def != fault.Internal || f.Message("zh") != "程序内部出错" {
		t.Errorf("got %s %q", f.Def.Code, f.Message("zh"))
	}
	if fault.Of(nil) != nil {
		t.Error("nil became a fault")
	}
	if got := fault.Of(fmt.Errorf("x: %w", spanOutside)); got.Def != spanOutside {
		t.Errorf("bare definition became %s", got.Def.Code)
	}
}
